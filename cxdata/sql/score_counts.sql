-- Grain: one row per NPS score that was given, lowest first.
-- Parameters: first_on, last_on, {answer_filters}.
select
    cast(nps_score as bigint) as score,
    cast(sum(answer_count) as bigint) as answers
from score_days
where answered_on between $first_on and $last_on
    and {answer_filters}
group by nps_score
order by nps_score
