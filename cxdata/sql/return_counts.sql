-- Grain: one row per value of the dimension (null: not known, or all of them) in which customers
-- made contact, most followed contacts first.
-- Parameters: first_on, last_on, segment, region, product, channel, journey,
-- dimension (segment, region, product, channel, journey or all).
select
    case $dimension
        when 'segment' then segment
        when 'region' then region
        when 'product' then product
        when 'channel' then channel
        when 'journey' then journey
    end as dimension_value,
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
group by dimension_value
order by followed desc, dimension_value
