-- Grain: one row per case that is seen, of those named. Order: the most severe first, then by number.
-- Parameters: case_ids, $now.
with named as materialized (
    select
        case_id, case_number, status, severity, rule, facts, about, about_value, customer_id,
        response_id, owner_email, due_at,
        status in ('open', 'no_answer') and coalesce(due_at < $now, false) as is_overdue
    from cases
    where case_id in (select unnest(cast($case_ids as varchar[])))
),
people as (
    select customer_id, name, is_strategic
    from customers
    where customer_id in (select customer_id from named)
),
answers as (
    select response_id, nps_score, comment
    from responses
    where response_id in (select response_id from named)
)
select
    kase.case_number, kase.status, kase.severity, kase.rule, kase.facts, kase.about,
    kase.about_value, kase.customer_id, kase.owner_email, kase.due_at, kase.is_overdue,
    customer.name, customer.is_strategic, response.nps_score, response.comment
from named as kase
left join people as customer on customer.customer_id = kase.customer_id
left join answers as response on response.response_id = kase.response_id
order by
    case kase.severity when 'urgent' then 0 when 'normal' then 1 else 2 end,
    kase.case_number
