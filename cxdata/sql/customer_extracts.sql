-- Grain: one row per day up to which an extract of customers tells, oldest first.
-- Parameters: none.
select distinct known_on
from customers_known
where known_on is not null
order by known_on
