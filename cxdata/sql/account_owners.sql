-- Grain: one row per owner of a customer's account, by name.
select distinct owner_email
from customers
where owner_email is not null and owner_email <> ''
order by owner_email
