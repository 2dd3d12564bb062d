-- Grain: one row per batch that counts, oldest first. No parameters.
select batch_id, kind, loaded_at
from batches
where undone_at is null
order by batch_id
