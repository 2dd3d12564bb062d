-- Grain: one row per NPS score, pattern of ratings and customer with several of these answers (null:
-- everybody who gave one), for answers that rate at least one of the touchpoints; in that order. A
-- person stands for a customer, in this result only.
-- Parameters: first_on, last_on, {answer_filters} (empty lists: all),
-- touchpoints (12 at most).
-- A pattern is a number to base 12 with one digit per touchpoint, the first in the alphabet being
-- the last digit: 0 if it isn't rated, else the rating + 1. An answer rates a touchpoint once.
with named as (
    select unnest($touchpoints) as touchpoint
),
digits as (
    select touchpoint,
        cast(power(12, row_number() over (order by touchpoint) - 1) as bigint) as digit_value
    from named
),
answers as (
    select rating.response_id, response.nps_score, response.customer_id,
        cast(sum((rating.score + 1) * digits.digit_value) as bigint) as pattern
    from ratings as rating
    join digits on rating.touchpoint = digits.touchpoint
    join responses as response on rating.response_id = response.response_id
    where response.responded_on between $first_on and $last_on
        and response.nps_score is not null
        and {answer_filters:response}
    group by rating.response_id, response.nps_score, response.customer_id
),
often as (
    select customer_id, row_number() over (order by customer_id) as person
    from answers
    where customer_id is not null
    group by customer_id
    having count(1) > 1
)
select cast(answers.nps_score as bigint) as nps_score, answers.pattern, often.person,
    count(*) as answer_count
from answers
left join often on answers.customer_id = often.customer_id
group by answers.nps_score, answers.pattern, often.person
order by answers.nps_score, answers.pattern, often.person
