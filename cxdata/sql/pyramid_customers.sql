-- Grain: one row per journey; no order. How many contacts customers made, how many of these were
-- known, and how many customers a month these are: each counted once in every month with a contact.
-- Parameters: first_on, last_on, {contact_filters} (empty lists: all).
with monthly as (
    select journey, customer_id, date_trunc('month', opened_on) as opened_month,
        count(*) as contacts
    from contact_outcomes
    where initiated_by = 'customer'
        and opened_on between $first_on and $last_on
        and journey is not null
        and {contact_filters}
    group by journey, customer_id, opened_month
)
select journey,
    cast(sum(contacts) as bigint) as contacts,
    cast(sum(case when customer_id is not null then contacts else 0 end) as bigint)
        as known_contacts,
    count(customer_id) as customer_months
from monthly
group by journey
