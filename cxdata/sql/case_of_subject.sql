-- Grain: one row per unfinished case about an answer, a contact or, of a customer, about nothing
-- else of them; the oldest first.
-- Parameters: response_id, contact_id, customer_id (the first that isn't null counts).
select case_number
from cases
where status in ('open', 'contacted', 'no_answer')
    and case
        when $response_id is not null then response_id = $response_id
        when $contact_id is not null then contact_id = $contact_id
        else response_id is null and contact_id is null and customer_id = $customer_id
    end
order by case_number
