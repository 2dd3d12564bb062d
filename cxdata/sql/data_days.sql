-- Grain: one row; nulls where there are no answers or no contacts. Parameters: none.
select
    answers.first_on as answers_first_on,
    answers.last_on as answers_last_on,
    contacts.first_on as contacts_first_on,
    contacts.last_on as contacts_last_on
from (
    select min(answered_on) as first_on, max(answered_on) as last_on from answer_days
) as answers
cross join (
    select min(opened_on) as first_on, max(opened_on) as last_on from contact_days
) as contacts
