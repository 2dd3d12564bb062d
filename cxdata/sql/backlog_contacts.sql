-- Grain: one row per contact that a customer still waits in, most_rows of them at the most.
-- Order: those past due first, longest past first; then those due soonest; then the contact_id.
-- Parameters: {contact_filters}, most_rows.
select
    contact.contact_id,
    contact.customer_id,
    customer.name,
    customer.is_strategic,
    contact.channel,
    contact.journey,
    contact.reason,
    contact.segment,
    {own_dimensions:contact},
    contact.opened_at,
    contact.due_at,
    -- Due at closing time and still closed: not a second of its clock is left, none is over.
    cast(case
        when contact.status = 'missed' then date_diff('second', contact.now_at, contact.due_at)
        else greatest(date_diff('second', contact.now_at, contact.due_at), 0)
    end as double) as seconds_left,
    contact.now_at
from contact_outcomes as contact
left join customers as customer on contact.customer_id = customer.customer_id
where contact.outcome = 'waiting'
    and contact.status is not null
    and {contact_filters:contact}
order by
    case when contact.status = 'missed' then 0 else 1 end,
    seconds_left nulls last,
    contact.contact_id
limit $most_rows
