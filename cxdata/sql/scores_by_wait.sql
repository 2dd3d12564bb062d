-- Grain: one row per wait class with answers to the survey that follow a contact; no order.
-- An answer belongs to the last contact that the same customer made up to answer_days before it,
-- and counts once, if that contact is among those chosen and its wait class is known.
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
)
select
    wait_class,
    count(nps_score) as answers,
    count(case when nps_score >= 9 then 1 end) as promoters,
    count(case when nps_score >= 7 and nps_score <= 8 then 1 end) as passives,
    count(case when nps_score <= 6 then 1 end) as detractors,
    count(csat_score) as csat_answers,
    count(case when csat_score >= 4 then 1 end) as csat_favourable
from preceded
where place_from_last = 1
    and wait_class is not null
    and opened_on between $first_on and $last_on
    and {contact_filters}
group by wait_class
