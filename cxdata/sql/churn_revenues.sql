-- Grain: one row per window, {customer_dimensions}, NPS class and yearly revenue of one customer
-- (null: not known); no order: they are many, and whoever adds them up by revenue sorts them.
-- As churn_base counts them, customer by customer as far as their revenue tells them apart: what
-- leaving takes away hangs on who leaves.
-- Parameters: $first_ons, $last_ons (lists of equal length: the first and last day of each
-- window), {customer_filters} (empty lists: all).
with windows as (
    select unnest(cast($first_ons as date[])) as first_on,
        unnest(cast($last_ons as date[])) as last_on
),
active as (
    select exposure.first_on, {customer_dimensions:span},
        coalesce(span.nps_class, 'unknown') as class,
        case when span.revenue_count > 0 then span.annual_revenue_amount / span.revenue_count end
            as revenue_amount,
        case when span.revenue_count > 0 then span.revenue_count else span.customer_count end
            as customer_count,
        coalesce(span.ended_on <= exposure.last_on, false) as is_lost
    from windows as exposure
    join customer_spans as span
        on span.class_from_on <= exposure.first_on and exposure.first_on < span.class_until_on
        and span.started_on < exposure.first_on
        and (span.ended_on is null or span.ended_on >= exposure.first_on)
    where {customer_filters:span}
)
select first_on, {customer_dimensions}, class, revenue_amount,
    cast(sum(customer_count) as bigint) as base_count,
    cast(sum(case when is_lost then customer_count else 0 end) as bigint) as lost_count
from active
group by first_on, {customer_dimensions}, class, revenue_amount
