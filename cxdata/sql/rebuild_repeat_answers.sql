-- Fills repeat_answers. Grain: one row per answer of a customer with more than one to the survey.
-- Parameters: none.
insert into repeat_answers (
    answered_on, survey, customer_number, place, {dimensions},
    nps_score, csat_score, ces_score, ces_scale
)
with answering as (
    select survey, customer_id, count(*) as answers
    from responses
    where customer_id is not null
    group by survey, customer_id
),
often as (
    select survey, customer_id, row_number() over (order by survey, customer_id) as customer_place
    from answering
    where answers > 1
)
select
    response.responded_on as answered_on,
    response.survey,
    often.customer_place as customer_number,
    row_number() over (
        partition by often.customer_place order by response.responded_at, response.response_id
    ) as answer_place,
    {dimensions:response},
    response.nps_score, response.csat_score, response.ces_score, response.ces_scale
from responses as response
join often
    on response.survey = often.survey and response.customer_id = often.customer_id
order by response.survey, response.responded_on
