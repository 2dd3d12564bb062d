-- Grain: one row per channel and value of the dimension (null: not known) in which customers
-- made contact, by channel, most contacts first.
-- Parameters: first_on, last_on, {contact_filters},
-- dimension ({dimensions}).
select
    channel,
    {dimension} as dimension_value,
    cast(sum(contact_count) as bigint) as contacts,
    cast(sum(met_count) as bigint) as met,
    cast(sum(missed_count) as bigint) as missed,
    cast(sum(not_yet_due_count) as bigint) as not_yet_due,
    cast(sum(abandoned_count) as bigint) as abandoned,
    sum(score_sum) as scores,
    cast(sum(own_standard_count) as bigint) as own_standards,
    cast(sum(unknown_count) as bigint) as unknown,
    cast(sum(untimed_count) as bigint) as untimed
from contact_days
where opened_on between $first_on and $last_on
    and initiated_by = 'customer'
    and {contact_filters}
group by channel, dimension_value
order by channel, contacts desc, dimension_value
