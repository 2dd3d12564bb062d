-- Grain: one row per view that a reader starts with: at most their own and the firm's, their own
-- first.
-- Parameters: $reader.
select reader, view_id
from start_views
where reader is null or reader = $reader
order by reader nulls last
