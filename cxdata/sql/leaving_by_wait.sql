-- Grain: one row per wait class with customers who made contact; no order.
-- A customer counts once, by the first contact of those chosen, picked without a look at its
-- wait: counted by the worst of several, those who stay longest would have the worst class, just
-- because they had the most contacts. Lost: the relation ended within leave_days after it.
-- Contacts need so many days of customer data behind them; one after the end of the relation
-- doesn't count.
-- Parameters: first_on, last_on, segment, region, product, channel, journey,
-- leave_days (integer), known_until_on (date: up to when the customers are known).
with ranked as (
    select
        contact.wait_class,
        case
            when customer.ended_on <= contact.opened_on + cast($leave_days as integer) then 1
            else 0
        end as is_lost,
        row_number() over (
            partition by contact.customer_id order by contact.opened_at, contact.contact_id
        ) as place
    from contact_outcomes as contact
    join customers as customer on contact.customer_id = customer.customer_id
    where contact.opened_on between $first_on and $last_on
        and contact.opened_on + cast($leave_days as integer) <= $known_until_on
        and contact.wait_class is not null
        and (customer.ended_on is null or customer.ended_on >= contact.opened_on)
        and (len($segment) = 0 or contact.segment in (select unnest($segment)))
        and (len($region) = 0 or contact.region in (select unnest($region)))
        and (len($product) = 0 or contact.product in (select unnest($product)))
        and (len($channel) = 0 or contact.channel in (select unnest($channel)))
        and (len($journey) = 0 or contact.journey in (select unnest($journey)))
)
select
    wait_class,
    count(*) as customers,
    cast(sum(is_lost) as bigint) as lost
from ranked
where place = 1
group by wait_class
