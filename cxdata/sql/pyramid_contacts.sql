-- Grain: one row per journey that has contacts; no order.
-- Contacts by who began them; those of customers that were due, in time, resolved.
-- Parameters: first_on, last_on, segment, region, product, channel, journey (empty lists: all).
select journey,
    cast(sum(contact_count) as bigint) as contacts,
    cast(sum(case when initiated_by = 'customer' then contact_count else 0 end) as bigint)
        as customer_contacts,
    cast(sum(case when initiated_by <> 'customer' then contact_count else 0 end) as bigint)
        as proactive_contacts,
    cast(sum(case when initiated_by = 'automatic' then contact_count else 0 end) as bigint)
        as automatic_contacts,
    cast(sum(met_count + missed_count) as bigint) as due,
    cast(sum(met_count) as bigint) as met,
    cast(sum(case when initiated_by = 'customer' then resolved_count else 0 end) as bigint)
        as resolved
from contact_days
where opened_on between $first_on and $last_on
    and journey is not null
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by journey
