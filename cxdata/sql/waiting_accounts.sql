-- Grain: one row per customer who waits in contacts past their deadline, most of them first.
-- Parameters: channels (null: all), is_of_accounts, account_segments, least_revenue (as of
-- alert_answers).
select contact.customer_id,
    min(contact.segment) as segment,
    min(contact.region) as region,
    min(customer.owner_email) as owner_email,
    count(*) as contact_count,
    arg_min(contact.contact_id, (contact.due_at, contact.contact_id)) as contact_id,
    min(contact.due_at) as oldest_due_at,
    cast(max(contact.now_at) as date) as known_on
from contact_outcomes as contact
left join customers as customer on customer.customer_id = contact.customer_id
where contact.outcome = 'waiting' and contact.status = 'missed' and contact.customer_id is not null
    and ($channels is null or contact.channel in (select unnest(cast($channels as varchar[]))))
    and (
        not $is_of_accounts
        or coalesce(customer.is_strategic, false)
        or customer.segment in (select unnest(cast($account_segments as varchar[])))
        or customer.annual_revenue_amount >= $least_revenue
    )
group by contact.customer_id
order by contact_count desc, contact.customer_id
