-- Grain: one row for the customer; none if no file of customers, answers or contacts names it.
-- Parameters: customer_id.
with known as (
    select customer_id from customers where customer_id = $customer_id
    union
    select customer_id from responses where customer_id = $customer_id
    union
    select customer_id from contacts where customer_id = $customer_id
)
select known.customer_id, customer.name, coalesce(customer.is_strategic, false) as is_strategic,
    customer.segment, customer.region, customer.product, customer.owner_email,
    customer.started_on, customer.ended_on, customer.annual_revenue_amount
from known
left join customers as customer on customer.customer_id = known.customer_id
