-- Grain: one row per customer who has an answer on the days; and one without a customer if
-- repeat_answers has an answer on them of somebody else, who has none there any more; no order.
-- Parameters: days.
with told as (
    select distinct customer_id, cast(md5_number_lower(customer_id) >> 1 as bigint) as number
    from responses
    where responded_on in (select unnest(cast($days as date[])))
        and customer_id is not null
)
select customer_id
from told
union all
select distinct cast(null as varchar) as customer_id
from repeat_answers
where answered_on in (select unnest(cast($days as date[])))
    and customer_number not in (select number from told)
