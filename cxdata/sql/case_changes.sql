-- Grain: one row per changed field of a case, in the order of the changes.
-- Parameters: case_id.
select revision, changed_at, changed_by, field, value_before, value_after
from case_history
where case_id = $case_id
order by revision, changed_at, field
