-- Grain: one row per pair of values (null: not known) of two dimensions, the second of which may be
-- 'none', with NPS answers, by value of the rows, then of the columns.
-- Parameters: first_on, last_on, {answer_filters},
-- rows_dimension, columns_dimension ({dimensions}).
select
    {rows_dimension} as row_value,
    {columns_dimension} as column_value,
    cast(sum(answer_count) as bigint) as answers,
    cast(sum(promoter_count) as bigint) as promoters,
    cast(sum(passive_count) as bigint) as passives,
    cast(sum(detractor_count) as bigint) as detractors
from answer_days
where answered_on between $first_on and $last_on
    and answer_count > 0
    and {answer_filters}
group by row_value, column_value
order by row_value nulls last, column_value nulls last
