-- Grain: one row per whether the first invitation was answered, with customers; no order.
-- A customer counts once, by the first invitation of those chosen: by any of several, those who
-- stay longest would have answered most, for having been asked most. Who left is counted from the
-- day on which the invitation is settled, of those who are customers then, so that both had as
-- long to leave. Lost: the relation ended within leave_days after that day.
-- Parameters: first_on, last_on, {invitation_filters}, response_days (integer), leave_days
-- (integer), known_until_on (date: up to when the customers are known).
with firsts as (
    select
        customer_id,
        arg_min(is_answered, (sent_on, invitation_id)) as was_answered,
        min(sent_on) + cast($response_days as integer) as settled_on
    from invitation_outcomes
    where sent_on between $first_on and $last_on
        and sent_on + cast($response_days as integer) + cast($leave_days as integer)
            <= $known_until_on
        and is_settled
        and is_answered is not null
        and customer_id is not null
        and {invitation_filters}
    group by customer_id
)
select
    firsts.was_answered,
    count(*) as customers,
    count(
        case when customer.ended_on <= firsts.settled_on + cast($leave_days as integer) then 1 end
    ) as lost
from firsts
join customers as customer on firsts.customer_id = customer.customer_id
where customer.ended_on is null or customer.ended_on > firsts.settled_on
group by firsts.was_answered
