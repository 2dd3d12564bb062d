-- Fills repeat_answers. Grain: one row per answer of a customer with more than one to the survey.
-- Parameters: people (customers to fill in; null: all). A customer's number comes from the customer
-- alone, so that filling in some gives what filling in all does.
insert into repeat_answers (
    answered_on, survey, customer_number, place, {dimensions},
    nps_score, csat_score, ces_score, ces_scale
)
with answering as (
    select
        responded_on, survey, customer_id, {dimensions},
        nps_score, csat_score, ces_score, ces_scale,
        count(1) over (partition by survey, customer_id) as answers,
        row_number() over (
            partition by survey, customer_id order by responded_at, response_id
        ) as answer_place
    from responses
    where customer_id is not null
        and ($people is null or customer_id in (select unnest(cast($people as varchar[]))))
)
select
    responded_on as answered_on,
    survey,
    cast(md5_number_lower(customer_id) >> 1 as bigint) as customer_number,
    answer_place,
    {dimensions},
    nps_score, csat_score, ces_score, ces_scale
from answering
where answers > 1
order by survey, responded_on
