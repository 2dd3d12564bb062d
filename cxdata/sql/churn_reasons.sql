-- Grain: one row per reason given (null: none) and NPS class among the customers lost; no order.
-- Lost: active before $first_on, ended from then to $last_on. The class is that of the last
-- answer to $class_survey before $first_on; 'unknown' without one. The yearly revenue is that of the
-- start of $first_on.
-- Parameters: $first_on, $last_on, $class_survey, {customer_filters} (empty: all).
with last_answers as (
    select customer_id, arg_max(nps_score, (responded_at, response_id)) as nps_score
    from responses
    where survey = $class_survey and nps_score is not null and responded_on < $first_on
        and customer_id is not null
    group by customer_id
)
select customer.end_reason,
    case
        when answer.nps_score >= 9 then 'promoter' when answer.nps_score >= 7 then 'passive'
        when answer.nps_score is not null then 'detractor' else 'unknown'
    end as class,
    count(*) as lost_count,
    count(price.annual_revenue_amount) as known_count,
    coalesce(sum(price.annual_revenue_amount), 0) as known_amount
from customers as customer
join customer_prices as price
    on customer.customer_id = price.customer_id
    and price.from_on <= $first_on and $first_on < price.until_on
left join last_answers as answer on customer.customer_id = answer.customer_id
where customer.ended_on between $first_on and $last_on
    and coalesce(customer.started_on, date '0001-01-01') < $first_on
    and {customer_filters:customer}
group by customer.end_reason, class
