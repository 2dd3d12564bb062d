-- Grain: one row: of the answers, contacts and customers that count now and that a file brought, the
-- last days; of the answers of known customers the lowest score, and whether one has a comment; null
-- without any.
-- Parameters: batch_id.
with answers as (
    select max(responded_on) as answered_on,
        min(case when customer_id is not null then nps_score end) as least_score,
        bool_or(customer_id is not null and comment is not null) as is_commented
    from response_versions
    where batch_id = $batch_id and is_current
),
contacts_brought as (
    select max(opened_on) as contacted_on
    from contact_versions
    where batch_id = $batch_id and is_current
),
customers_brought as (
    select count(*) as customer_count
    from customer_versions
    where batch_id = $batch_id and is_current
)
select answers.answered_on, answers.least_score, answers.is_commented,
    contacts_brought.contacted_on, customers_brought.customer_count
from answers
cross join contacts_brought
cross join customers_brought
