-- Grain: one row per weekday (0 Monday to 6 Sunday) and hour of the firm's own time in which
-- customers made contact, in that order.
-- Parameters: first_on, last_on, {contact_filters}.
select
    -- 1 January of year 1 is a Monday.
    cast(date_diff('day', date '0001-01-01', opened_on) % 7 as tinyint) as weekday,
    local_hour,
    count(*) as contacts,
    count(case when status in ('met', 'missed') then 1 end) as due,
    count(case when status = 'missed' then 1 end) as missed
from contact_outcomes
where opened_on between $first_on and $last_on
    and initiated_by = 'customer'
    and local_hour is not null
    and {contact_filters}
group by weekday, local_hour
order by weekday, local_hour
