-- Grain: one row per pair of values (null: not known) of two dimensions with NPS answers of
-- customers who answered more than once, by value of the rows, then of the columns.
-- With S the sum of a customer's answers as 1, 0 and -1, and n their number: repeated sums n - 1,
-- square S² less the squares of the single answers, mixed S (n - 1), size n (n - 1). earlier_: the
-- answers that aren't their customer's last of all. shared_: the part of each customer that other
-- pairs of the row, of the column, of the whole table count, too.
-- Parameters: first_on, last_on, {answer_filters},
-- rows_dimension, columns_dimension ({dimensions}).
with of_pair as (
    select
        {rows_dimension} as row_value,
        {columns_dimension} as column_value,
        customer_number,
        count(1) as n,
        sum(case when nps_score >= 9 then 1 when nps_score <= 6 then -1 else 0 end) as s,
        sum(case when nps_score between 7 and 8 then 0 else 1 end) as a,
        max(
            4 * place + case when nps_score >= 9 then 2 when nps_score <= 6 then 0 else 1 end
        ) as last_key
    from repeat_answers
    where answered_on between $first_on and $last_on
        and nps_score is not null
        and {answer_filters}
    group by row_value, column_value, customer_number
),
placed as (
    select
        row_value,
        column_value,
        n,
        s,
        a,
        last_key,
        max(last_key) over (partition by customer_number) as last_key_of_all,
        sum(n) over (partition by customer_number) as n_of_all,
        cast(count(1) over (partition by customer_number, row_value) as double) as row_count,
        cast(count(1) over (partition by customer_number, column_value) as double) as column_count,
        cast(count(1) over (partition by customer_number) as double) as pair_count
    from of_pair
),
joined as (
    select
        row_value,
        column_value,
        n,
        s,
        a,
        case when last_key = last_key_of_all then last_key % 4 - 1 end as last_s,
        (row_count - 1) / row_count as row_part,
        (column_count - 1) / column_count as column_part,
        (pair_count - 1) / pair_count as table_part
    from placed
    where n_of_all > 1
)
select
    row_value,
    column_value,
    cast(sum(n - 1) as bigint) as repeated,
    cast(sum(s * s - a) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(n - case when last_s is null then 0 else 1 end) as bigint) as earlier_answers,
    cast(sum((a + s) // 2 - case when last_s = 1 then 1 else 0 end) as bigint)
        as earlier_promoters,
    cast(sum(n - a - case when last_s = 0 then 1 else 0 end) as bigint) as earlier_passives,
    cast(sum((a - s) // 2 - case when last_s = -1 then 1 else 0 end) as bigint)
        as earlier_detractors,
    sum(row_part) as shared_in_row,
    sum(column_part) as shared_in_column,
    sum(table_part) as shared_in_table
from joined
group by row_value, column_value
order by row_value nulls last, column_value nulls last
