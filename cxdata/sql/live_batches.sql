-- Grain: one row per batch that counts, oldest first. No parameters.
select batch_id
from batches
where undone_at is null
order by batch_id
