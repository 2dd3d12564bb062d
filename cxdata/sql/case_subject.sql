-- Grain: one row for the answer, contact or customer that a case is to be about; none if it isn't
-- there. Parameters: response_id, contact_id, customer_id (the first that isn't null counts).
with subject as (
    select customer_id, responded_on as happened_on from responses
    where response_id = $response_id
    union all
    select customer_id, opened_on from contacts
    where $response_id is null and contact_id = $contact_id
    union all
    select customer_id, cast(null as date) from customers
    where $response_id is null and $contact_id is null and customer_id = $customer_id
)
select subject.customer_id, subject.happened_on, customer.owner_email
from subject
left join customers as customer on customer.customer_id = subject.customer_id
