-- Grain: one row per span of days in which customers gave several NPS answers, by span.
-- With S the sum of a customer's answers as 1, 0 and -1, and n their number: repeated sums n - 1,
-- square S² less the squares of the single answers, mixed S (n - 1), size n (n - 1). earlier_: the
-- answers that aren't their customer's last in the span.
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
        sum(case when answer.nps_score >= 9 then 1 when answer.nps_score <= 6 then -1 else 0 end)
            as s,
        sum(case when answer.nps_score between 7 and 8 then 0 else 1 end) as a,
        max(
            4 * answer.place
            + case when answer.nps_score >= 9 then 2 when answer.nps_score <= 6 then 0 else 1 end
        ) % 4 - 1 as last_s
    from repeat_answers as answer
    join calendar on answer.answered_on = calendar.day
    where answer.answered_on between $first_on and $last_on
        and answer.nps_score is not null
        and {answer_filters:answer}
    group by calendar.span, answer.customer_number
    having count(1) > 1
)
select
    span,
    cast(sum(n - 1) as bigint) as repeated,
    cast(sum(s * s - a) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(n - 1) as bigint) as earlier_answers,
    cast(sum((a + s) // 2 - case when last_s = 1 then 1 else 0 end) as bigint)
        as earlier_promoters,
    cast(sum(n - a - case when last_s = 0 then 1 else 0 end) as bigint) as earlier_passives,
    cast(sum((a - s) // 2 - case when last_s = -1 then 1 else 0 end) as bigint)
        as earlier_detractors
from of_customer
group by span
order by span
