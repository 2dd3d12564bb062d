-- Fills customer_dimensions. Grain: one row per customer and stretch of days with one version.
-- Parameters: none.
-- A version holds from the day to which its file tells, the first from the beginning on, until the
-- next; of two files that tell to the same day, the later holds from it on. A dimension of which the
-- first files say nothing is what the first says that does.
insert into customer_dimensions (customer_id, from_on, until_on, {customer_dimensions})
with dated as (
    select version.customer_id, {customer_dimensions:version}, version.batch_id,
        coalesce(known.known_on, date '0001-01-01') as told_on
    from customer_versions as version
    left join customers_known as known on version.batch_id = known.batch_id
),
ordered as (
    select dated.customer_id, {customer_dimensions_told:dated}, told_on,
        row_number() over (partition by customer_id order by told_on, batch_id) as place,
        lead(told_on) over (partition by customer_id order by told_on, batch_id) as next_told_on
    from dated
    window
        so_far as (
            partition by customer_id order by told_on, batch_id
            rows between unbounded preceding and current row
        ),
        onwards as (
            partition by customer_id order by told_on, batch_id
            rows between current row and unbounded following
        )
)
select customer_id,
    case when place = 1 then date '0001-01-01' else told_on end as first_on,
    coalesce(next_told_on, date '9999-12-31') as end_on,
    {customer_dimensions}
from ordered
where place = 1 or next_told_on is null or next_told_on > told_on
