-- Grain: one row per span of days in which customers gave several NPS answers, by span.
-- Sums over these customers, in the span; earlier_: the answers that aren't their last in it.
-- Parameters: first_on, last_on, {answer_filters},
-- days, spans (lists of one length: a day, and a span that it lies in).
with calendar as (
    select unnest(cast($days as date[])) as day, unnest(cast($spans as bigint[])) as span
),
of_customer as (
    select
        calendar.span,
        answer.customer_number,
        count(1) as n,
        sum({balance:answer}) as s,
        sum(abs({balance:answer})) as a,
        max(4 * answer.place + {balance:answer} + 1) % 4 - 1 as last_s
    from repeat_answers as answer
    join calendar on answer.answered_on = calendar.day
    where answer.answered_on between $first_on and $last_on
        and answer.nps_score is not null
        and {answer_filters:answer}
    group by calendar.span, answer.customer_number
    having count(1) > 1
)
select span, {repeat_sums}, {earlier_sums}
from of_customer
group by span
order by span
