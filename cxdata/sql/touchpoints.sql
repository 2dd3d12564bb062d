-- The touchpoints that answers rate, as their columns are called.
-- Grain: one row per touchpoint, by name.
-- Parameters: none.
select distinct touchpoint
from ratings
order by touchpoint
