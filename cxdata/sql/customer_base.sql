-- Grain: one row per {customer_dimensions} with customers, in that order.
-- Customers active on any day of the period, with the dimensions that they had on its last day,
-- and the yearly revenue at its end of those of whom one above 0 is known. The means are those of the
-- period's days: each customer counts for the days of being one.
-- Parameters: first_on, last_on, {customer_filters} (empty lists: all).
with active as (
    select {customer_dimensions:own},
        case when price.annual_revenue_amount > 0 then price.annual_revenue_amount end
            as revenue,
        cast(
            least(coalesce(customer.ended_on, $last_on), $last_on)
            - greatest(coalesce(customer.started_on, $first_on), $first_on) + 1 as double
        ) / cast(cast($last_on as date) - cast($first_on as date) + 1 as double) as day_share
    from customers as customer
    join customer_dimensions as own
        on customer.customer_id = own.customer_id
        and own.from_on <= $last_on and $last_on < own.until_on
    join customer_prices as price
        on customer.customer_id = price.customer_id
        and price.from_on <= cast($last_on as date) + 1
        and cast($last_on as date) + 1 < price.until_on
    where (customer.started_on is null or customer.started_on <= $last_on)
        and (customer.ended_on is null or customer.ended_on >= $first_on)
        and (customer.started_on is null or customer.ended_on is null
            or customer.started_on <= customer.ended_on)
        and {customer_filters:own}
)
select {customer_dimensions},
    count(*) as customer_count,
    cast(sum(day_share) as double) as mean_customer_count,
    count(revenue) as revenue_count,
    cast(coalesce(sum(revenue), 0) as double) as revenue_amount,
    cast(coalesce(sum(revenue * day_share), 0) as double) as mean_revenue_amount
from active
group by {customer_dimensions}
order by {customer_dimensions}
