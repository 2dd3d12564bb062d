-- Grain: one row per scale (nps, csat) and wait class with answers to the survey that follow a
-- contact; no order.
-- An answer belongs to the last contact that the same customer made up to answer_days before it,
-- and counts once, if that contact is among those chosen and its wait class is known.
-- Sums over the customers who gave these answers; csat_: the same of satisfaction, a satisfied answer
-- being 1, any other 0.
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
        coalesce(sum({balance}), 0) as s,
        coalesce(sum(abs({balance})), 0) as a,
        count(csat_score) as csat_n,
        count(case when csat_score >= 4 then 1 end) as csat_s
    from preceded
    where place_from_last = 1
        and wait_class is not null
        and opened_on between $first_on and $last_on
        and {contact_filters}
    group by wait_class, customer_id
),
counted as (
    select wait_class, customer_id, n, s, a, 'nps' as scale
    from of_customer
    where n > 0
    union all
    select wait_class, customer_id, csat_n as n, csat_s as s, csat_s as a, 'csat' as scale
    from of_customer
    where csat_n > 0
)
select
    scale,
    wait_class,
    cast(sum(n) as bigint) as answers,
    cast(sum((a + s) // 2) as bigint) as promoters,
    cast(sum(n - a) as bigint) as passives,
    cast(sum((a - s) // 2) as bigint) as detractors,
    {repeat_sums}
from counted
group by scale, wait_class
