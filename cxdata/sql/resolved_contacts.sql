-- Grain: one row. How many contacts of customers were ever resolved, whatever the filters; 0 if
-- no file says. Parameters: none.
select cast(coalesce(sum(resolved_count), 0) as bigint) as resolved
from contact_days
where initiated_by = 'customer'
