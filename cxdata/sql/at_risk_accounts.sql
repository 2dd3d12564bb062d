-- Grain: one row per customer active at the start of $at_on: strategic accounts first, then by
-- revenue at risk (yearly revenue times the rate of leaving), highest first; nulls last.
-- The class is that of the last answer to $class_survey before that day. active_count: of all.
-- rate_place: which of the given rates the customer has, from 0.
-- Parameters: $at_on, $class_survey, $segments, $classes, $from_amounts, $below_amounts and $rates
-- (lists of equal length: the yearly rate of leaving of the customers of a segment and class with
-- a yearly revenue from and below these; null: no bound, rate not known; an unknown revenue is
-- where no lower bound is), $most_rows, {customer_filters} (empty: all).
with given_rates as (
    select unnest(range(len($classes))) as rate_place,
        unnest(cast($segments as varchar[])) as segment, unnest($classes) as class,
        unnest(cast($from_amounts as double[])) as from_amount,
        unnest(cast($below_amounts as double[])) as below_amount,
        unnest(cast($rates as double[])) as churn_rate
),
last_answers as (
    select customer_id,
        arg_max(nps_score, (responded_at, response_id)) as nps_score,
        max(responded_on) as responded_on
    from responses
    where survey = $class_survey and nps_score is not null and responded_on < $at_on
        and customer_id is not null
    group by customer_id
),
last_contacts as (
    select customer_id, max(opened_on) as opened_on
    from contact_outcomes
    where customer_id is not null and opened_on < $at_on
    group by customer_id
),
active as (
    select customer.customer_id, customer.name, coalesce(customer.is_strategic, false) as strategic,
        customer.owner_email, {customer_dimensions:customer},
        price.annual_revenue_amount, answer.responded_on, answer.nps_score,
        contact.opened_on as last_contact_on,
        case
            when answer.nps_score >= 9 then 'promoter' when answer.nps_score >= 7 then 'passive'
            when answer.nps_score is not null then 'detractor' else 'unknown'
        end as class
    from customers as customer
    join customer_prices as price
        on customer.customer_id = price.customer_id
        and price.from_on <= $at_on and $at_on < price.until_on
    left join last_answers as answer on customer.customer_id = answer.customer_id
    left join last_contacts as contact on customer.customer_id = contact.customer_id
    where coalesce(customer.started_on, date '0001-01-01') < $at_on
        and (customer.ended_on is null or customer.ended_on >= $at_on)
        and {customer_filters:customer}
)
select active.customer_id, active.name, active.strategic as is_strategic, active.owner_email,
    {customer_dimensions:active}, active.class as nps_class,
    active.annual_revenue_amount, active.responded_on as last_answered_on,
    active.nps_score as last_score, active.last_contact_on,
    given_rates.rate_place,
    active.annual_revenue_amount * given_rates.churn_rate as revenue_at_risk_amount,
    count(*) over () as active_count
from active
left join given_rates
    on active.class = given_rates.class and active.segment is not distinct from given_rates.segment
    and (given_rates.from_amount is null
        or active.annual_revenue_amount >= given_rates.from_amount)
    and (given_rates.below_amount is null or active.annual_revenue_amount is null
        or active.annual_revenue_amount < given_rates.below_amount)
order by active.strategic desc, revenue_at_risk_amount desc nulls last,
    active.annual_revenue_amount desc nulls last, active.customer_id
limit $most_rows
