-- Grain: one row per pair of values (null: not known) of two dimensions with NPS answers, by
-- value of the rows, then of the columns.
-- Parameters: first_on, last_on, segment, region, product, channel, journey, survey,
-- rows_dimension, columns_dimension (segment, region, product, channel or journey).
select
    case $rows_dimension
        when 'segment' then segment
        when 'region' then region
        when 'product' then product
        when 'channel' then channel
        when 'journey' then journey
    end as row_value,
    case $columns_dimension
        when 'segment' then segment
        when 'region' then region
        when 'product' then product
        when 'channel' then channel
        when 'journey' then journey
    end as column_value,
    cast(sum(answer_count) as bigint) as answers,
    cast(sum(promoter_count) as bigint) as promoters,
    cast(sum(passive_count) as bigint) as passives,
    cast(sum(detractor_count) as bigint) as detractors
from answer_days
where answered_on between $first_on and $last_on
    and survey = $survey
    and answer_count > 0
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by row_value, column_value
order by row_value nulls last, column_value nulls last
