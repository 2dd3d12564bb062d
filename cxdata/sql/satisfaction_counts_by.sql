-- Grain: one row per value of the dimension (null: not known) with answers, by value.
-- Parameters: first_on, last_on, {answer_filters},
-- dimension ({dimensions}).
select
    {dimension} as dimension_value,
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
group by dimension_value
order by dimension_value nulls last
