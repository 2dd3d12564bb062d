-- Grain: one row per event, by day, then by text and annotation_id.
-- Parameters: first_on, last_on.
select annotation_id, noted_on, text, author, changed_at
from annotations
where noted_on between $first_on and $last_on
order by noted_on, text, annotation_id
