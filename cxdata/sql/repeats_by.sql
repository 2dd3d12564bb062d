-- Grain: one row per pair of values (null: not known) of two dimensions, the second of which may be
-- 'none', with NPS answers of customers who answered more than once, by value of the rows, then of
-- the columns.
-- Sums over these customers: those of their answers in the group, of the answers there that aren't
-- their last of all, and, both_, with those in all other groups: of S S', S n', n S' and n n'.
-- both_people counts who is in others, too; shared_ is the part of each of them that other groups of
-- the row, of the column, of the whole table count: over all groups, by how much people are counted
-- more often than once.
-- Parameters: first_on, last_on, {answer_filters},
-- rows_dimension, columns_dimension ({dimensions}).
with of_group as (
    select
        {rows_dimension} as row_value,
        {columns_dimension} as column_value,
        customer_number,
        count(1) as n,
        sum({balance}) as s,
        sum(abs({balance})) as a,
        max(4 * place + {balance} + 1) as last_key
    from repeat_answers
    where answered_on between $first_on and $last_on
        and nps_score is not null
        and {answer_filters}
    group by row_value, column_value, customer_number
),
of_customer as (
    select customer_number, sum(n) as n, sum(s) as s, max(last_key) as last_key,
        cast(count(1) as double) as group_count
    from of_group
    group by customer_number
    having sum(n) > 1
),
joined as (
    select
        own.row_value,
        own.column_value,
        own.n,
        own.s,
        own.a,
        every.n - own.n as other_n,
        every.s - own.s as other_s,
        case when own.last_key = every.last_key then own.last_key % 4 - 1 end as last_s,
        cast(count(1) over (partition by own.customer_number, own.row_value) as double)
            as row_count,
        cast(count(1) over (partition by own.customer_number, own.column_value) as double)
            as column_count,
        every.group_count
    from of_group as own
    join of_customer as every on own.customer_number = every.customer_number
)
select
    row_value,
    column_value,
    {repeat_sums},
    {earlier_sums},
    cast(sum(s * other_s) as bigint) as both_square,
    cast(sum(s * other_n) as bigint) as both_mixed,
    cast(sum(n * other_s) as bigint) as both_mixed_back,
    cast(sum(n * other_n) as bigint) as both_size,
    cast(sum(case when other_n > 0 then 1 else 0 end) as bigint) as both_people,
    sum((row_count - 1) / row_count) as shared_in_row,
    sum((column_count - 1) / column_count) as shared_in_column,
    sum((group_count - 1) / group_count) as shared_in_table
from joined
group by row_value, column_value
order by row_value nulls last, column_value nulls last
