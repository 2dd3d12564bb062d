-- What the filters offer: the surveys present and the values of each dimension, with the
-- first and the last day on which they occur.
-- Grain: one row per dimension (survey, {dimensions}) and value.
-- Order: dimension, value.
-- Parameters: none.
with combinations as (
    select survey, {dimensions}, min(answered_on) as from_on, max(answered_on) as until_on
    from answer_days
    group by survey, {dimensions}
    union all
    select null as survey, {dimensions}, min(opened_on) as from_on, max(opened_on) as until_on
    from contact_days
    group by {dimensions}
),
occurrences as (
    -- Values that aren't known are left out, said for engines whose unpivot keeps them.
    select dimension, dimension_value, from_on, until_on
    from combinations unpivot (dimension_value for dimension in (survey, {dimensions}))
    where dimension_value is not null
)
select
    dimension,
    dimension_value as value,
    min(from_on) as first_on,
    max(until_on) as last_on
from occurrences
group by dimension, dimension_value
order by dimension, dimension_value
