-- Grain: one row, zeros without comments: all comments that were read.
-- Parameters: first_on, last_on, {answer_filters}.
select
    cast(coalesce(sum(comment_count), 0) as bigint) as comments,
    cast(coalesce(sum(promoter_count), 0) as bigint) as promoters,
    cast(coalesce(sum(passive_count), 0) as bigint) as passives,
    cast(coalesce(sum(detractor_count), 0) as bigint) as detractors
from term_days
where term = ''
    and answered_on between $first_on and $last_on
    and {answer_filters}
