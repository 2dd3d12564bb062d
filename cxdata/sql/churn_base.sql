-- Grain: one row per segment, region, product and NPS class, in that order.
-- Customers active at the start of $first_on by their class on that day, and those of them whose
-- relation ended by $last_on. 'unknown' is the class of a customer without an answer before it.
-- Parameters: $first_on, $last_on, $segment, $region, $product (empty lists: all).
select segment, region, product,
    coalesce(nps_class, 'unknown') as class,
    cast(sum(customer_count) as bigint) as base_count,
    cast(sum(revenue_count) as bigint) as known_count,
    sum(annual_revenue_amount) as known_amount,
    cast(sum(case when ended_on <= $last_on then customer_count else 0 end) as bigint)
        as lost_count,
    cast(sum(case when ended_on <= $last_on then revenue_count else 0 end) as bigint)
        as lost_known_count,
    sum(case when ended_on <= $last_on then annual_revenue_amount else 0 end)
        as lost_known_amount
from customer_spans
where class_from_on <= $first_on and $first_on < class_until_on
    and started_on < $first_on and (ended_on is null or ended_on >= $first_on)
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
group by segment, region, product, coalesce(nps_class, 'unknown')
order by segment, region, product, class
