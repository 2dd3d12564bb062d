-- Grain: one row per reason for which customers made contact, most followed contacts first. A
-- contact without a reason can't be followed.
-- Parameters: first_on, last_on, segment, region, product, channel, journey.
select
    reason as dimension_value,
    count(case when is_followed then 1 end) as followed,
    count(case when is_returned then 1 end) as returned,
    count(case when is_switched then 1 end) as switched,
    count(case when is_followed and not is_return then 1 end) as firsts,
    count(
        case when is_followed and not is_return and resolved_at is not null and not is_returned
        then 1 end
    ) as first_resolved
from contact_outcomes
where opened_on between $first_on and $last_on
    and initiated_by = 'customer'
    and reason is not null
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by reason
order by followed desc, dimension_value
