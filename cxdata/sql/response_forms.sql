-- Grain: one row per way in which files of answers were read; no order.
select distinct mapping
from batches
where kind = 'responses' and undone_at is null
