-- Fills customer_prices. Grain: one row per customer and stretch of days with one yearly revenue,
-- as it is at the start of each day. Parameters: none.
-- Days that a file dates the revenue of have that of the newest file that does, up to the day after
-- the last that this file knows. Other days have what the last file before them tells, and those
-- before the first file what that one tells, its first date first. Of files that tell to the same day the last counts;
-- what a version took over from the one before it, its own file doesn't tell.
insert into customer_prices (
    customer_id, from_on, until_on, annual_revenue_amount, is_dated, told_on
)
with versions as (
    select version.customer_id, version.batch_id, version.annual_revenue_amount,
        version.revenue_history,
        string_split(coalesce(version.kept_fields, ''), ',') as kept,
        coalesce(known.known_on, date '0001-01-01') as known_on,
        min(coalesce(known.known_on, date '0001-01-01')) over (
            partition by version.customer_id
        ) as first_known_on
    from customer_versions as version
    left join customers_known as known on version.batch_id = known.batch_id
),
told as (
    select customer_id, batch_id, known_on, annual_revenue_amount as own_amount,
        row_number() over (
            partition by customer_id, known_on order by batch_id desc
        ) as place_from_last
    from versions
    where not list_contains(kept, 'annual_revenue_amount')
),
ordered as (
    -- Where the first files tell no revenue, it is that of the first that does.
    select customer_id, batch_id, known_on,
        case
            when own_amount is not null or last_value(own_amount ignore nulls) over so_far
                is not null then own_amount
            else first_value(own_amount ignore nulls) over onwards
        end as amount,
        case
            when own_amount is not null or last_value(own_amount ignore nulls) over so_far
                is not null then known_on
        end as told_on,
        row_number() over (partition by customer_id order by known_on) as place,
        lead(known_on) over (partition by customer_id order by known_on) as next_known_on
    from told
    where place_from_last = 1
    window
        so_far as (
            partition by customer_id order by known_on
            rows between unbounded preceding and current row
        ),
        onwards as (
            partition by customer_id order by known_on
            rows between current row and unbounded following
        )
),
standing as (
    select customer_id, batch_id, known_on,
        case when place = 1 then date '0001-01-01' else known_on end as from_on,
        coalesce(next_known_on, date '9999-12-31') as until_on, amount, told_on
    from ordered
    union all
    select customer.customer_id, 0 as batch_id, date '0001-01-01' as known_on,
        date '0001-01-01' as from_on, date '9999-12-31' as until_on,
        cast(null as double) as amount, cast(null as date) as told_on
    from customers as customer
    where customer.customer_id not in (select customer_id from told)
),
histories as (
    select customer_id, batch_id, known_on, first_known_on, annual_revenue_amount, revenue_history,
        row_number() over (
            partition by customer_id, known_on order by batch_id desc
        ) as place_from_last
    from versions
    where revenue_history is not null and not list_contains(kept, 'revenue_history')
),
points as (
    select customer_id, batch_id, known_on, first_known_on, annual_revenue_amount,
        unnest(string_split(revenue_history, ';')) as point
    from histories
    where place_from_last = 1
),
steps as (
    select customer_id, batch_id, known_on, first_known_on, annual_revenue_amount,
        try_cast(split_part(point, '=', 1) as date) + 1 as from_on,
        try_cast(nullif(split_part(point, '=', 2), '') as double) as amount
    from points
),
stretches as (
    select customer_id, batch_id, known_on, first_known_on, from_on, amount,
        annual_revenue_amount,
        coalesce(
            lead(from_on) over (partition by customer_id, batch_id order by from_on),
            date '9999-12-31'
        ) as until_on
    from steps
),
dated as (
    select customer_id, batch_id, known_on, from_on, least(until_on, known_on + 2) as until_on,
        amount, true as is_dated, known_on as told_on
    from stretches
    where amount is not null and from_on < least(until_on, known_on + 2)
    union all
    -- Of these days the file says that it doesn't know.
    select customer_id, batch_id, known_on, from_on, until_on, annual_revenue_amount as amount,
        false as is_dated, cast(null as date) as told_on
    from stretches
    where amount is null
    union all
    -- Before all that files tell, the first that one dates.
    select customer_id, batch_id, known_on, date '0001-01-01' as from_on,
        min(from_on) as until_on, arg_min(amount, from_on) as amount, false as is_dated,
        cast(null as date) as told_on
    from stretches
    where amount is not null and known_on = first_known_on
    group by customer_id, batch_id, known_on
),
candidates as (
    select customer_id, batch_id, known_on, from_on, until_on, amount, is_dated, told_on,
        false as is_standing
    from dated
    union all
    select customer_id, batch_id, known_on, from_on, until_on, amount, false as is_dated, told_on,
        true as is_standing
    from standing
    where customer_id in (select customer_id from dated)
),
ends as (
    select customer_id, from_on as day from candidates
    union
    select customer_id, until_on as day from candidates
),
parts as (
    select customer_id, day as from_on,
        lead(day) over (partition by customer_id order by day) as until_on
    from ends
),
chosen as (
    select part.customer_id, part.from_on, part.until_on, candidate.amount, candidate.is_dated,
        candidate.told_on,
        row_number() over (
            partition by part.customer_id, part.from_on
            order by candidate.is_dated desc, candidate.known_on desc, candidate.batch_id desc,
                candidate.is_standing, candidate.from_on
        ) as place
    from parts as part
    join candidates as candidate
        on part.customer_id = candidate.customer_id
        and candidate.from_on <= part.from_on and part.from_on < candidate.until_on
    where part.until_on is not null
)
select customer_id, from_on, until_on, amount, is_dated, told_on
from chosen
where place = 1
union all
select customer_id, from_on, until_on, amount, false as is_dated, told_on
from standing
where customer_id not in (select customer_id from dated)
