-- Grain: one row per touchpoint that answers with an NPS score rate, the most rated first.
-- Parameters: first_on, last_on, segment, region, product, channel, journey (empty lists: all),
-- survey.
-- scale_top is 10 if any rating of the touchpoint, whatever the filters, is 0 or above 5, else 5;
-- a top rating is one of the scale's two best.
with scales as (
    select touchpoint,
        case when max(score) > 5 or min(score) = 0 then 10 else 5 end as scale_top
    from ratings
    group by touchpoint
)
select rating.touchpoint,
    cast(scales.scale_top as bigint) as scale_top,
    count(*) as rating_count,
    cast(sum(rating.score) as bigint) as score_sum,
    cast(sum(case when rating.score >= scales.scale_top - 1 then 1 else 0 end) as bigint)
        as top_count
from ratings as rating
join scales on rating.touchpoint = scales.touchpoint
join responses as response on rating.response_id = response.response_id
where response.responded_on between $first_on and $last_on
    and response.survey = $survey
    and response.nps_score is not null
    and (len($segment) = 0 or response.segment in (select unnest($segment)))
    and (len($region) = 0 or response.region in (select unnest($region)))
    and (len($product) = 0 or response.product in (select unnest($product)))
    and (len($channel) = 0 or response.channel in (select unnest($channel)))
    and (len($journey) = 0 or response.journey in (select unnest($journey)))
group by rating.touchpoint, scales.scale_top
order by rating_count desc, rating.touchpoint
