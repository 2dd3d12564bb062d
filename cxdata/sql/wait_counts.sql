-- Grain: one row per channel, value of the dimension (null: not known) and wait bucket.
-- Parameters: first_on, last_on, {contact_filters},
-- dimension ({dimensions}).
select
    channel,
    {dimension} as dimension_value,
    wait_bucket,
    cast(sum(answered_count) as bigint) as answered,
    cast(sum(waiting_count) as bigint) as waiting,
    cast(sum(gave_up_count) as bigint) as gave_up
from wait_days
where opened_on between $first_on and $last_on
    and {contact_filters}
group by channel, dimension_value, wait_bucket
order by channel, dimension_value, wait_bucket
