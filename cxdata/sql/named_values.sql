-- The values that standards, assumptions and names of the firm's own can be about, as rows have
-- them.
-- Grain: one row per dimension (segment, region, journey) and value.
-- Order: dimension, value.
-- Parameters: none.
with found as (
    select segment, region, null as journey from customer_versions
    union
    select segment, region, journey from contacts
    union
    select segment, region, journey from responses
    union
    select null, null, journey from assessments
),
named as (
    select dimension, dimension_value
    from found unpivot (dimension_value for dimension in (segment, region, journey))
)
select distinct dimension, dimension_value as value
from named
order by dimension, value
