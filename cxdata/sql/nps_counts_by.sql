-- Grain: one row per value of the dimension (null: not known) with NPS answers, most
-- answers first.
-- Parameters: first_on, last_on, segment, region, product, channel, journey, survey,
-- dimension (segment, region, product, channel or journey).
select
    case $dimension
        when 'segment' then segment
        when 'region' then region
        when 'product' then product
        when 'channel' then channel
        when 'journey' then journey
    end as dimension_value,
    cast(coalesce(sum(answer_count), 0) as bigint) as answers,
    cast(coalesce(sum(promoter_count), 0) as bigint) as promoters,
    cast(coalesce(sum(passive_count), 0) as bigint) as passives,
    cast(coalesce(sum(detractor_count), 0) as bigint) as detractors
from answer_days
where answered_on between $first_on and $last_on
    and survey = $survey
    and answer_count > 0
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by dimension_value
order by answers desc, dimension_value
