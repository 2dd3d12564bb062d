-- Grain: one row per segment, NPS class and number of days since the answer; no order.
-- A customer counts from the day after the first answer to $class_survey within the days, with
-- the class of that answer, until the relation ended (lost) or until $until_on (still there).
-- A later answer changes nothing. Who had left by the day of the answer isn't counted.
-- Parameters: $first_on, $last_on (days of the answers), $until_on, $class_survey,
-- {customer_filters} (empty: all).
with first_answers as (
    select customer_id, min(responded_on) as answered_on,
        arg_min(nps_score, (responded_at, response_id)) as nps_score
    from responses
    where survey = $class_survey and nps_score is not null and customer_id is not null
        and responded_on between $first_on and $last_on and responded_on < $until_on
    group by customer_id
)
select customer.segment,
    case
        when answer.nps_score >= 9 then 'promoter' when answer.nps_score >= 7 then 'passive'
        else 'detractor'
    end as class,
    date_diff(
        'day', answer.answered_on, least(coalesce(customer.ended_on, $until_on), $until_on)
    ) as days,
    count(case when customer.ended_on <= $until_on then 1 end) as lost_count,
    count(case when customer.ended_on is null or customer.ended_on > $until_on then 1 end)
        as still_count
from first_answers as answer
join customers as customer on answer.customer_id = customer.customer_id
where (customer.ended_on is null or customer.ended_on > answer.answered_on)
    and {customer_filters:customer}
group by customer.segment, class, days
