-- Grain: one row per wait class with customers who made contact; no order.
-- A customer counts once, by the first contact of those chosen, picked without a look at its
-- wait: counted by the worst of several, those who stay longest would have the worst class, just
-- because they had the most contacts. Lost: the relation ended within leave_days after it.
-- Contacts need so many days of customer data behind them. A customer whose first contact came
-- after the end of the relation has none that counts: all others came later still.
-- Parameters: first_on, last_on, {contact_filters},
-- leave_days (integer), known_until_on (date: up to when the customers are known).
with firsts as (
    select
        customer_id,
        arg_min(wait_class, (opened_at, contact_id)) as wait_class,
        min(opened_on) as first_opened_on
    from contact_outcomes
    where opened_on between $first_on and $last_on
        and opened_on + cast($leave_days as integer) <= $known_until_on
        and wait_class is not null
        and customer_id is not null
        and {contact_filters}
    group by customer_id
)
select
    firsts.wait_class,
    count(*) as customers,
    count(
        case when customer.ended_on <= firsts.first_opened_on + cast($leave_days as integer) then 1 end
    ) as lost
from firsts
join customers as customer on firsts.customer_id = customer.customer_id
where customer.ended_on is null or customer.ended_on >= firsts.first_opened_on
group by firsts.wait_class
