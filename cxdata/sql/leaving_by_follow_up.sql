-- Grain: one row per customer segment and whether the customer was called back; no order.
-- Detractors of the first day: active before it, with a last answer of 0 to 6 before it. Called
-- back: a case of theirs has a first contact from the day of that answer on and before the first
-- day, so that nobody counts as called back for having stayed. Lost: ended by $last_on.
-- Parameters: $first_on, $last_on, $class_survey, $time_zone (of the firm),
-- {customer_filters} (empty: all).
with last_answers as (
    select customer_id, arg_max(nps_score, (responded_at, response_id)) as nps_score,
        max(responded_on) as responded_on
    from responses
    where survey = $class_survey and nps_score is not null and responded_on < $first_on
        and customer_id is not null
    group by customer_id
),
called as (
    select customer_id,
        cast((first_contact_at at time zone 'UTC') at time zone $time_zone as date) as called_on
    from cases
    where first_contact_at is not null and customer_id is not null
),
detractors as (
    select customer.segment, customer.ended_on <= $last_on as is_lost,
        exists (
            select 1 from called
            where called.customer_id = customer.customer_id
                and called.called_on >= answer.responded_on and called.called_on < $first_on
        ) as is_followed
    from customers as customer
    join last_answers as answer on customer.customer_id = answer.customer_id
    where answer.nps_score <= 6
        and coalesce(customer.started_on, date '0001-01-01') < $first_on
        and (customer.ended_on is null or customer.ended_on >= $first_on)
        and {customer_filters:customer}
)
select segment, is_followed,
    count(*) as customer_count,
    count(case when is_lost then 1 end) as lost_count
from detractors
group by segment, is_followed
