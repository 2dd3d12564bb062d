-- Grain: one row per case, with whom it is about; case_count (of all that fit) in every row, most_rows
-- of them at the most. Order: unfinished before finished; of those overdue first, longest first,
-- then those due soonest; finished ones by the newest change; then the number.
-- Parameters: case_number (null: all), statuses, owner (null: all; '': without one), rule (null: all),
-- severity (null: all), root_cause (null: all), searched (null: all; in lower case, a part of the
-- customer's name or number, the note or the comment), is_overdue (only such), customer_id (null:
-- all), $now, most_rows.
-- Only the cases of the page are looked up among answers and contacts, which may be millions.
with heard as (
    select kase.case_id
    from cases as kase
    left join customers as customer on customer.customer_id = kase.customer_id
    left join responses as response on response.response_id = kase.response_id
    where $searched is not null
        and contains(
            lower(concat_ws(chr(31), customer.name, kase.customer_id, kase.note, response.comment)),
            $searched
        )
),
fitting as (
    select
        case_id, case_number, revision, status, severity, rule, facts, about, about_value,
        response_id, contact_id, customer_id, batch_id, fired_on, owner_email, opened_at, opened_by,
        due_at, first_contact_at, closed_at, changed_at, root_cause, outcome, note,
        status in ('open', 'contacted', 'no_answer') as is_unfinished,
        status in ('open', 'no_answer') and coalesce(due_at < $now, false) as is_overdue
    from cases
    where ($case_number is null or case_number = $case_number)
        and status in (select unnest(cast($statuses as varchar[])))
        and ($owner is null or coalesce(owner_email, '') = $owner)
        and ($rule is null or coalesce(rule, '') = $rule)
        and ($severity is null or severity = $severity)
        and ($root_cause is null or root_cause = $root_cause)
        and ($customer_id is null or customer_id = $customer_id)
        and (
            not $is_overdue
            or (status in ('open', 'no_answer') and coalesce(due_at < $now, false))
        )
        and ($searched is null or case_id in (select case_id from heard))
),
paged as materialized (
    select fitting.*, count(*) over () as case_count
    from fitting
    order by is_unfinished desc, is_overdue desc,
        case when is_unfinished then due_at end nulls last,
        case when is_unfinished then null else changed_at end desc nulls last,
        case_number desc
    limit $most_rows
),
people as (
    select customer_id, name, is_strategic, segment, region, annual_revenue_amount
    from customers
    where customer_id in (select customer_id from paged)
),
answers as (
    select response_id, nps_score, responded_at, comment, survey
    from responses
    where response_id in (select response_id from paged)
),
calls as (
    select contact_id, channel, opened_at, reason
    from contacts
    where contact_id in (select contact_id from paged)
)
select
    kase.case_id, kase.case_number, kase.revision, kase.status, kase.severity, kase.rule,
    kase.facts, kase.about, kase.about_value, kase.response_id, kase.contact_id, kase.customer_id,
    kase.batch_id, kase.fired_on, kase.owner_email, kase.opened_at, kase.opened_by, kase.due_at,
    kase.first_contact_at, kase.closed_at, kase.changed_at, kase.root_cause, kase.outcome,
    kase.note, kase.is_unfinished, kase.is_overdue,
    customer.name, customer.is_strategic, customer.segment, customer.region,
    customer.annual_revenue_amount,
    response.nps_score, response.responded_at, response.comment, response.survey,
    contact.channel, contact.opened_at as contacted_at, contact.reason,
    kase.case_count
from paged as kase
left join people as customer on customer.customer_id = kase.customer_id
left join answers as response on response.response_id = kase.response_id
left join calls as contact on contact.contact_id = kase.contact_id
order by kase.is_unfinished desc, kase.is_overdue desc,
    case when kase.is_unfinished then kase.due_at end nulls last,
    case when kase.is_unfinished then null else kase.changed_at end desc nulls last,
    kase.case_number desc
