-- Grain: one row per journey (null: not known) and channel in which customers made contact.
-- Parameters: first_on, last_on, segment, region, product, channel, journey.
select
    journey,
    channel,
    cast(sum(followed_count) as bigint) as followed,
    cast(sum(repeated_count) as bigint) as returned,
    cast(sum(switched_count) as bigint) as switched,
    cast(sum(first_count) as bigint) as firsts,
    cast(sum(first_resolved_count) as bigint) as first_resolved
from need_days
where opened_on between $first_on and $last_on
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by journey, channel
order by journey, channel
