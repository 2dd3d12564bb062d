-- Grain: one row per channel, value of the dimension (null: not known) and wait bucket.
-- Parameters: first_on, last_on, segment, region, product, channel, journey,
-- dimension (segment, region, product, channel or journey).
select
    channel,
    case $dimension
        when 'segment' then segment
        when 'region' then region
        when 'product' then product
        when 'channel' then channel
        when 'journey' then journey
    end as dimension_value,
    wait_bucket,
    cast(sum(answered_count) as bigint) as answered,
    cast(sum(waiting_count) as bigint) as waiting
from wait_days
where opened_on between $first_on and $last_on
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by channel, dimension_value, wait_bucket
order by channel, dimension_value, wait_bucket
