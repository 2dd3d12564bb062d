-- Grain: one row per contact that was chosen of a group, most_rows of them at the most; one row
-- without a contact if none may be shown: fewer than minimum_count in the group or chosen of it.
-- group_contacts and chosen_contacts stand in every row.
-- Order: missed ones, the most favourable times waited first; abandoned ones, the longest wait
-- first; not yet due ones, due soonest first; met ones like missed ones; the rest; contact_id.
-- Parameters: first_on, last_on, {contact_filters},
-- {own_values}, own_reason (the dimensions, or reason, of which one value was chosen, and that
-- value; null: not known),
-- weekday (0 Monday to 6; null: any), from_hour, until_hour (of local time, the latter not
-- included),
-- status, outcome, wait_class, repeat (returned, switched; each null: not chosen),
-- from_seconds, until_seconds (of the wait, the latter not included; null: any),
-- minimum_count, most_rows.
with grouped as (
    select
        contact.contact_id,
        contact.opened_at,
        contact.status,
        contact.outcome,
        contact.wait_seconds,
        contact.wait_class,
        contact.due_at,
        contact.is_returned,
        contact.is_switched,
        standard.favourable_seconds,
        standard.clock
    from contact_outcomes as contact
    left join response_standards as standard on contact.standard_id = standard.standard_id
    where contact.opened_on between $first_on and $last_on
        and contact.initiated_by = 'customer'
        and {contact_filters:contact}
        and {own_values:contact}
        and ('reason' not in (select unnest($own)) or contact.reason is not distinct from $own_reason)
        and (
            $weekday is null
            or date_diff('day', date '0001-01-01', contact.opened_on) % 7 = $weekday
        )
        and ($from_hour is null or contact.local_hour >= $from_hour)
        and ($until_hour is null or contact.local_hour < $until_hour)
),
chosen as (
    select
        contact_id,
        favourable_seconds,
        clock,
        case
            when status = 'missed' and outcome <> 'abandoned' then 1
            when outcome = 'abandoned' then 2
            when status = 'not_yet_due' then 3
            when status = 'met' then 4
            else 5
        end as severity,
        case when outcome = 'abandoned' then wait_seconds
            else wait_seconds / nullif(favourable_seconds, 0)
        end as badness,
        case when status = 'not_yet_due' then due_at end as soonest_at
    from grouped
    where ($status is null or status = $status)
        and ($outcome is null or outcome = $outcome)
        and ($wait_class is null or wait_class = $wait_class)
        and ($from_seconds is null or wait_seconds >= $from_seconds)
        and ($until_seconds is null or wait_seconds < $until_seconds)
        and ($repeat is null or is_returned)
        and ($repeat is null or $repeat <> 'switched' or is_switched)
),
counts as (
    select
        (select count(*) from grouped) as group_contacts,
        (select count(*) from chosen) as chosen_contacts
),
ranked as (
    select
        contact_id,
        favourable_seconds,
        clock,
        row_number() over (
            order by severity, soonest_at nulls last, badness desc nulls last, contact_id
        ) as place
    from chosen
)
select
    contact.contact_id,
    contact.opened_at,
    contact.channel,
    contact.journey,
    contact.reason,
    contact.status,
    contact.outcome,
    contact.wait_seconds,
    ranked.favourable_seconds,
    ranked.clock,
    contact.due_at,
    contact.customer_id,
    customer.name,
    customer.is_strategic,
    customer.annual_revenue_amount,
    contact.segment,
    contact.region,
    contact.product,
    {own_dimensions:contact},
    counts.group_contacts,
    counts.chosen_contacts
from counts
left join ranked
    on ranked.place <= $most_rows
    and counts.group_contacts >= $minimum_count
    and counts.chosen_contacts >= $minimum_count
left join contact_outcomes as contact on contact.contact_id = ranked.contact_id
left join customers as customer on contact.customer_id = customer.customer_id
order by ranked.place
