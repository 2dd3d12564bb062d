-- Grain: one row per journey that customers made contact about and quarter of these contacts (its
-- first day); no order.
-- Parameters: first_on, last_on, segment, region, product, channel, journey (empty lists: all).
select journey,
    cast(date_trunc('quarter', opened_on) as date) as quarter,
    cast(sum(contact_count) as bigint) as customer_contacts,
    cast(sum(met_count + missed_count) as bigint) as due,
    cast(sum(met_count) as bigint) as met,
    cast(sum(resolved_count) as bigint) as resolved
from contact_days
where initiated_by = 'customer'
    and opened_on between $first_on and $last_on
    and journey is not null
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by journey, quarter
