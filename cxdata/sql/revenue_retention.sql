-- Grain: one row, also without customers.
-- Customers active before $first_on whose yearly revenue is known at its start and after $last_on:
-- dated by their files, or told by extracts up to $start_known_on and $end_known_on (null: none
-- tells it); who left by $last_on has none at the end. start_count: all active before $first_on; if
-- an extract tells the start, those that it or an earlier one knows. dated_count: with a revenue of
-- the start that files date. Sums over customers: s, the revenue at the start; e, at the end; k, what
-- of s was kept, the lesser of both; and of their products; er: of e times e / s.
-- Parameters: $first_on, $last_on, $start_known_on, $end_known_on, {customer_filters} (empty: all).
with known_then as (
    select distinct version.customer_id
    from customer_versions as version
    join customers_known as known on version.batch_id = known.batch_id
    where known.known_on <= $start_known_on
),
amounts as (
    select
        case
            when started.is_dated or started.told_on <= $start_known_on
            then started.annual_revenue_amount
        end as s,
        case
            when customer.ended_on <= $last_on then 0
            when ended.is_dated or ended.told_on <= $end_known_on then ended.annual_revenue_amount
        end as e,
        started.is_dated
    from customers as customer
    join customer_dimensions as own
        on customer.customer_id = own.customer_id
        and own.from_on <= $first_on and $first_on < own.until_on
    join customer_prices as started
        on customer.customer_id = started.customer_id
        and started.from_on <= $first_on and $first_on < started.until_on
    join customer_prices as ended
        on customer.customer_id = ended.customer_id
        and ended.from_on <= cast($last_on as date) + 1
        and cast($last_on as date) + 1 < ended.until_on
    left join known_then on customer.customer_id = known_then.customer_id
    where coalesce(customer.started_on, date '0001-01-01') < $first_on
        and (customer.ended_on is null or customer.ended_on >= $first_on)
        and ($start_known_on is null or started.is_dated or known_then.customer_id is not null)
        and {customer_filters:own}
),
both_known as (
    select s, e, least(s, e) as k, is_dated
    from amounts
    where s is not null and e is not null
)
select
    (select count(*) from amounts) as start_count,
    count(*) as known_count,
    count(case when is_dated then 1 end) as dated_count,
    coalesce(sum(s), 0) as s,
    coalesce(sum(e), 0) as e,
    coalesce(sum(k), 0) as k,
    coalesce(sum(s * s), 0) as ss,
    coalesce(sum(s * e), 0) as se,
    coalesce(sum(e * e), 0) as ee,
    coalesce(sum(s * k), 0) as sk,
    coalesce(sum(k * k), 0) as kk,
    coalesce(sum(e * e / nullif(s, 0)), 0) as er
from both_known
