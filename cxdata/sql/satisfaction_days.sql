-- Grain: one row per day with answers to the survey, oldest first.
-- Parameters: first_on, last_on, {answer_filters}.
select
    answered_on,
    cast(coalesce(sum(csat_count), 0) as bigint) as csat_answers,
    cast(coalesce(sum(csat_satisfied_count), 0) as bigint) as csat_favourable,
    cast(coalesce(sum(csat_score_sum), 0) as bigint) as csat_sum,
    cast(coalesce(sum(ces_count), 0) as bigint) as ces_answers,
    cast(coalesce(sum(ces_easy_count), 0) as bigint) as ces_favourable,
    cast(coalesce(sum(ces_score_sum), 0) as bigint) as ces_sum,
    cast(coalesce(sum(ces7_count), 0) as bigint) as ces7_answers,
    cast(coalesce(sum(ces7_easy_count), 0) as bigint) as ces7_favourable,
    cast(coalesce(sum(ces7_score_sum), 0) as bigint) as ces7_sum
from answer_days
where answered_on between $first_on and $last_on
    and {answer_filters}
group by answered_on
order by answered_on
