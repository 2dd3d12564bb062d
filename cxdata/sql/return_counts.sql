-- Grain: one row per pair of values of two dimensions (null: not known, or all of them) in which
-- customers made contact, most followed contacts first.
-- Parameters: first_on, last_on, {contact_filters},
-- rows_dimension, columns_dimension ({dimensions}; all: not cut by it).
select
    {rows_dimension} as row_value,
    {columns_dimension} as column_value,
    cast(sum(followed_count) as bigint) as followed,
    cast(sum(repeated_count) as bigint) as returned,
    cast(sum(switched_count) as bigint) as switched,
    cast(sum(first_count) as bigint) as firsts,
    cast(sum(first_resolved_count) as bigint) as first_resolved
from need_days
where opened_on between $first_on and $last_on
    and {contact_filters}
group by row_value, column_value
order by followed desc, row_value, column_value
