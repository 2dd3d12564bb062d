-- Grain: one row per window, {customer_dimensions} and NPS class, in that order.
-- Customers active at the start of each window by their class on that day, and those of them
-- whose relation ended by its last day. 'unknown' is the class of a customer without an answer
-- before it. The squares are sums over customers of the square of their yearly revenue; those of
-- one span row pay alike.
-- Parameters: $first_ons, $last_ons (lists of equal length: the first and last day of each
-- window), {customer_filters} (empty lists: all).
with windows as (
    select unnest(cast($first_ons as date[])) as first_on,
        unnest(cast($last_ons as date[])) as last_on
)
select exposure.first_on, {customer_dimensions:span},
    coalesce(span.nps_class, 'unknown') as class,
    cast(sum(span.customer_count) as bigint) as base_count,
    cast(sum(span.revenue_count) as bigint) as known_count,
    sum(span.annual_revenue_amount) as known_amount,
    cast(sum(case when span.ended_on <= exposure.last_on then span.customer_count else 0 end)
        as bigint) as lost_count,
    cast(sum(case when span.ended_on <= exposure.last_on then span.revenue_count else 0 end)
        as bigint) as lost_known_count,
    sum(case when span.ended_on <= exposure.last_on then span.annual_revenue_amount else 0 end)
        as lost_known_amount,
    sum(coalesce(span.annual_revenue_amount * span.annual_revenue_amount
        / nullif(span.revenue_count, 0), 0)) as known_squares,
    sum(case when span.ended_on <= exposure.last_on
        then coalesce(span.annual_revenue_amount * span.annual_revenue_amount
            / nullif(span.revenue_count, 0), 0)
        else 0 end) as lost_known_squares
from windows as exposure
join customer_spans as span
    on span.class_from_on <= exposure.first_on and exposure.first_on < span.class_until_on
    and span.started_on < exposure.first_on
    and (span.ended_on is null or span.ended_on >= exposure.first_on)
where {customer_filters:span}
group by exposure.first_on, {customer_dimensions:span},
    coalesce(span.nps_class, 'unknown')
order by exposure.first_on, {customer_dimensions:span}, class
