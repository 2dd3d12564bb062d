-- Grain: one row per NPS score that was given, lowest first.
-- Parameters: first_on, last_on, segment, region, product, channel, journey, survey.
select
    cast(nps_score as bigint) as score,
    cast(sum(answer_count) as bigint) as answers
from score_days
where answered_on between $first_on and $last_on
    and survey = $survey
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by nps_score
order by nps_score
