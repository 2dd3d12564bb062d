-- Grain: one row per value of the dimension (null: not known) with NPS answers, most
-- answers first.
-- Parameters: first_on, last_on, {answer_filters},
-- dimension ({dimensions}).
select
    {dimension} as dimension_value,
    cast(coalesce(sum(answer_count), 0) as bigint) as answers,
    cast(coalesce(sum(promoter_count), 0) as bigint) as promoters,
    cast(coalesce(sum(passive_count), 0) as bigint) as passives,
    cast(coalesce(sum(detractor_count), 0) as bigint) as detractors
from answer_days
where answered_on between $first_on and $last_on
    and answer_count > 0
    and {answer_filters}
group by dimension_value
order by answers desc, dimension_value
