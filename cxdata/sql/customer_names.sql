-- Grain: one row per customer of the list that has a name.
-- Parameters: customers.
select customer_id, name
from customers
where name is not null and customer_id in (select unnest(cast($customers as varchar[])))
order by customer_id
