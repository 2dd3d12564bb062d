-- Grain: one row per customer segment and whether the contact was missed; no order.
-- A customer counts once, by the first contact within the days, picked without a look at its
-- wait (as in leaving_by_wait.sql). Missed: answered late, abandoned or overdue. Lost: the
-- relation ended within leave_days after it. The yearly revenue is that of the contact's day. Only contacts with so many days of customer data
-- behind them count, and none after the end of the relation.
-- Parameters: $first_on, $last_on, $leave_days (integer), $known_until_on (date: up to when the
-- customers are known), {customer_filters} (empty: all).
with ranked as (
    select customer.segment, price.annual_revenue_amount,
        contact.wait_class <> 'favourable' as is_missed,
        customer.ended_on <= contact.opened_on + cast($leave_days as integer) as is_lost,
        row_number() over (
            partition by contact.customer_id order by contact.opened_at, contact.contact_id
        ) as place
    from contact_outcomes as contact
    join customers as customer on contact.customer_id = customer.customer_id
    join customer_prices as price
        on contact.customer_id = price.customer_id
        and price.from_on <= contact.opened_on and contact.opened_on < price.until_on
    where contact.opened_on between $first_on and $last_on
        and contact.opened_on + cast($leave_days as integer) <= $known_until_on
        and contact.wait_class is not null
        and (customer.ended_on is null or customer.ended_on >= contact.opened_on)
        and {customer_filters:customer}
)
select segment, is_missed,
    count(*) as customer_count,
    count(case when is_lost then 1 end) as lost_count,
    count(annual_revenue_amount) as known_count,
    coalesce(sum(annual_revenue_amount), 0) as known_amount,
    coalesce(sum(annual_revenue_amount * annual_revenue_amount), 0) as known_squares,
    count(case when is_lost then annual_revenue_amount end) as lost_known_count,
    coalesce(sum(case when is_lost then annual_revenue_amount end), 0) as lost_known_amount,
    coalesce(sum(case when is_lost then annual_revenue_amount * annual_revenue_amount end), 0)
        as lost_known_squares
from ranked
where place = 1
group by segment, is_missed
