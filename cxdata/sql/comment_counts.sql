-- Grain: one row, zeros without comments: all comments that were read.
-- Parameters: first_on, last_on, segment, region, product, channel, journey, survey.
select
    cast(coalesce(sum(comment_count), 0) as bigint) as comments,
    cast(coalesce(sum(promoter_count), 0) as bigint) as promoters,
    cast(coalesce(sum(passive_count), 0) as bigint) as passives,
    cast(coalesce(sum(detractor_count), 0) as bigint) as detractors
from term_days
where term = ''
    and answered_on between $first_on and $last_on
    and survey = $survey
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
