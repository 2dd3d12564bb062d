-- Grain: one row per customer with a detractor's answer in the period and a later one to the same
-- survey: the first such answer, the next one's score, and whether the customer was reached in a
-- case between the two. No order.
-- Parameters: first_on, last_on, {answer_filters}.
with answers as (
    select customer_id, responded_at, nps_score,
        lead(nps_score) over later as next_score,
        lead(responded_at) over later as next_at,
        responded_on between $first_on and $last_on as is_chosen
    from responses
    where customer_id is not null and nps_score is not null and {answer_filters}
    window later as (partition by customer_id order by responded_at, response_id)
),
firsts as (
    select customer_id, min(responded_at) as responded_at,
        arg_min(next_score, responded_at) as next_score, arg_min(next_at, responded_at) as next_at
    from answers
    where is_chosen and nps_score <= 6 and next_score is not null
    group by customer_id
)
select firsts.customer_id is not null as is_known, firsts.next_score >= 7 as is_rescued,
    exists (
        select 1 from cases as kase
        where kase.customer_id = firsts.customer_id
            and kase.first_contact_at >= firsts.responded_at
            and kase.first_contact_at < firsts.next_at
    ) as is_followed
from firsts
