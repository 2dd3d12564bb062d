-- Grain: one row per thing that happened with a customer, the newest first, most_rows at the most:
-- answers, contacts, cases and what was done to them, changes of segment and revenue, start and end.
-- happened_at is UTC; is_day: only the day is known. code and value_text say what, text is the
-- customer's own words or what was noted.
-- Parameters: customer_id, most_rows.
with stretches as (
    select from_on, segment,
        lag(segment) over (order by from_on) as segment_before,
        row_number() over (order by from_on) as place
    from customer_dimensions
    where customer_id = $customer_id
),
prices as (
    select from_on, annual_revenue_amount,
        lag(annual_revenue_amount) over (order by from_on) as amount_before,
        row_number() over (order by from_on) as place
    from customer_prices
    where customer_id = $customer_id
),
events as (
    select responded_at as happened_at, false as is_day, 'answer' as event, survey as code,
        cast(nps_score as double) as value, cast(null as varchar) as value_text,
        comment as text, cast(null as bigint) as case_number
    from responses
    where customer_id = $customer_id
    union all
    select contact.opened_at, false, 'contact', contact.channel, contact.wait_seconds,
        coalesce(contact.status, contact.initiated_by), contact.reason, null
    from contact_outcomes as contact
    where contact.customer_id = $customer_id
    union all
    select opened_at, false, 'case_opened', coalesce(rule, 'by_hand'), null, opened_by, null,
        case_number
    from cases
    where customer_id = $customer_id and status <> 'withdrawn'
    union all
    select change.changed_at, false, 'case_' || change.field, change.value_after, null,
        change.changed_by, case when change.field = 'note' then change.value_after end,
        kase.case_number
    from case_history as change
    join cases as kase on kase.case_id = change.case_id
    where kase.customer_id = $customer_id and change.revision > 1
        and change.value_after is not null and kase.status <> 'withdrawn'
    union all
    select cast(started_on as timestamp), true, 'started', null, null, null, null, null
    from customers
    where customer_id = $customer_id and started_on is not null
    union all
    select cast(ended_on as timestamp), true, 'ended', null, null, end_reason, null, null
    from customers
    where customer_id = $customer_id and ended_on is not null
    union all
    select cast(from_on as timestamp), true, 'segment', segment, null, segment_before, null, null
    from stretches
    where place > 1 and segment is distinct from segment_before
    union all
    select cast(from_on as timestamp), true, 'revenue', null, annual_revenue_amount,
        cast(amount_before as varchar), null, null
    from prices
    where place > 1 and annual_revenue_amount is distinct from amount_before
        and annual_revenue_amount is not null
)
select happened_at, is_day, event, code, value, value_text, text, case_number
from events
order by happened_at desc, event, case_number
limit $most_rows
