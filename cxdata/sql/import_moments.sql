-- When the files that count were imported (UTC), oldest first. Grain: one row per batch. No
-- parameters.
select loaded_at
from batches
where undone_at is null
order by batch_id
