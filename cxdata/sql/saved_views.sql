-- Grain: one row per saved view that a reader keeps or everybody may open; their own first, by name.
-- Parameters: $reader.
select view_id, name, owner, is_shared, page, query, saved_at
from saved_views
where is_shared or owner = $reader
order by is_shared, lower(name), view_id
