-- Grain: one row per wait class with answers to the survey that follow a contact; no order.
-- An answer belongs to the last contact that the same customer made up to answer_days before it,
-- and counts once, if that contact is among those chosen and its wait class is known.
-- With S the sum of a customer's answers as 1, 0 and -1, and n their number: repeated sums n - 1,
-- square S² less the squares of the single answers, mixed S (n - 1), size n (n - 1).
-- Parameters: first_on, last_on (of the contact), {contact_filters},
-- survey, answer_days (integer).
with answers as (
    select response_id, customer_id, responded_at, nps_score, csat_score
    from responses
    where survey = $survey
        and customer_id is not null
        and (nps_score is not null or csat_score is not null)
        and responded_on >= $first_on
),
preceded as (
    select
        answer.customer_id,
        answer.nps_score,
        answer.csat_score,
        contact.wait_class,
        contact.opened_on,
        {dimensions:contact},
        row_number() over (
            partition by answer.response_id order by contact.opened_at desc, contact.contact_id desc
        ) as place_from_last
    from answers as answer
    join contact_outcomes as contact
        on answer.customer_id = contact.customer_id
        and contact.initiated_by = 'customer'
        and contact.opened_at <= answer.responded_at
        and contact.opened_at
            >= answer.responded_at - to_days(cast($answer_days as integer))
),
of_customer as (
    select
        wait_class,
        customer_id,
        count(nps_score) as n,
        count(case when nps_score >= 9 then 1 end) as p,
        count(case when nps_score >= 7 and nps_score <= 8 then 1 end) as q,
        count(case when nps_score <= 6 then 1 end) as d,
        count(csat_score) as csat_n,
        count(case when csat_score >= 4 then 1 end) as csat_f
    from preceded
    where place_from_last = 1
        and wait_class is not null
        and opened_on between $first_on and $last_on
        and {contact_filters}
    group by wait_class, customer_id
)
select
    wait_class,
    cast(sum(n) as bigint) as answers,
    cast(sum(p) as bigint) as promoters,
    cast(sum(q) as bigint) as passives,
    cast(sum(d) as bigint) as detractors,
    cast(sum(case when n > 0 then n - 1 else 0 end) as bigint) as repeated,
    cast(sum((p - d) * (p - d) - p - d) as bigint) as square,
    cast(sum(case when n > 0 then (p - d) * (n - 1) else 0 end) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(csat_n) as bigint) as csat_answers,
    cast(sum(csat_f) as bigint) as csat_favourable,
    cast(sum(case when csat_n > 0 then 1 else 0 end) as bigint) as csat_people
from of_customer
group by wait_class
