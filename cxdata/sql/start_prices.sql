-- Grain: one row, also without customers.
-- Customers active before $at_on: customer_count of all, known_count of those with a known yearly
-- revenue, told_count of those whose revenue on that day is told: dated by their files, or told by
-- extracts up to $start_known_on (null: none tells it).
-- Parameters: $at_on, $start_known_on, {customer_filters} (empty: all).
select count(*) as customer_count,
    count(price.annual_revenue_amount) as known_count,
    count(case
        when price.is_dated or price.told_on <= $start_known_on then price.annual_revenue_amount
    end) as told_count
from customers as customer
join customer_prices as price
    on customer.customer_id = price.customer_id
    and price.from_on <= $at_on and $at_on < price.until_on
where coalesce(customer.started_on, date '0001-01-01') < $at_on
    and (customer.ended_on is null or customer.ended_on >= $at_on)
    and {customer_filters:customer}
