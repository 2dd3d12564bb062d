-- What the filters offer: the surveys present and the values of each dimension, with the
-- first and the last day on which they occur.
-- Grain: one row per dimension (survey, segment, region, product, channel, journey) and value.
-- Order: dimension, value.
-- Parameters: none.
with occurrences as (
    select 'survey' as dimension, survey as dimension_value,
        min(answered_on) as from_on, max(answered_on) as until_on
    from answer_days group by survey
    union all
    select 'segment', segment, min(answered_on), max(answered_on)
    from answer_days group by segment
    union all
    select 'region', region, min(answered_on), max(answered_on)
    from answer_days group by region
    union all
    select 'product', product, min(answered_on), max(answered_on)
    from answer_days group by product
    union all
    select 'channel', channel, min(answered_on), max(answered_on)
    from answer_days group by channel
    union all
    select 'journey', journey, min(answered_on), max(answered_on)
    from answer_days group by journey
    union all
    select 'segment', segment, min(opened_on), max(opened_on)
    from contact_days group by segment
    union all
    select 'region', region, min(opened_on), max(opened_on)
    from contact_days group by region
    union all
    select 'product', product, min(opened_on), max(opened_on)
    from contact_days group by product
    union all
    select 'channel', channel, min(opened_on), max(opened_on)
    from contact_days group by channel
    union all
    select 'journey', journey, min(opened_on), max(opened_on)
    from contact_days group by journey
)
select
    dimension,
    dimension_value as value,
    min(from_on) as first_on,
    max(until_on) as last_on
from occurrences
where dimension_value is not null
group by dimension, dimension_value
order by dimension, dimension_value
