-- What the store holds.
-- Grain: one row per kind of fact that has rows. Order: as the kinds are named below.
-- Parameters: none.
with held as (
    select 1 as place, 'responses' as kind, count(*) as row_count,
        min(responded_on) as first_on, max(responded_on) as last_on,
        count(customer_id) as customer_count, count(segment) as segment_count
    from responses
    union all
    select 2, 'contacts', count(*), min(opened_on), max(opened_on),
        count(customer_id), count(segment)
    from contacts
    union all
    select 3, 'customers', count(*), min(started_on), max(started_on),
        count(*), count(segment)
    from customers
    union all
    select 4, 'assessments', count(*), min(assessed_on), max(assessed_on), null, null
    from assessments
    union all
    select 5, 'invitations', count(*), min(sent_on), max(sent_on),
        count(customer_id), count(segment)
    from invitations
)
select
    kind, row_count, first_on, last_on,
    cast(customer_count as double) / row_count as customer_share,
    cast(segment_count as double) / row_count as segment_share
from held
where row_count > 0
order by place
