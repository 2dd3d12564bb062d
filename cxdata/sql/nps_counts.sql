-- Grain: one row, zeros without answers.
-- Parameters: first_on, last_on, {answer_filters}.
select
    cast(coalesce(sum(answer_count), 0) as bigint) as answers,
    cast(coalesce(sum(promoter_count), 0) as bigint) as promoters,
    cast(coalesce(sum(passive_count), 0) as bigint) as passives,
    cast(coalesce(sum(detractor_count), 0) as bigint) as detractors
from answer_days
where answered_on between $first_on and $last_on
    and {answer_filters}
