-- Grain: one row per channel and class of contacts that customers still wait in, by channel.
-- The class says how much clock time is left from "now" until the favourable time ends.
-- Parameters: {contact_filters}.
with open_contacts as (
    select
        channel,
        opened_at,
        case
            when status = 'missed' then 'past_due'
            when due_at <= now_at + interval 1 hour then 'due_within_1_hour'
            when due_at <= now_at + interval 1 day then 'due_within_1_day'
            else 'due_later'
        end as backlog_class
    from contact_outcomes
    where outcome = 'waiting'
        and status is not null
        and {contact_filters}
)
select
    channel,
    backlog_class,
    count(*) as contacts,
    min(opened_at) as oldest_opened_at
from open_contacts
group by channel, backlog_class
order by channel, backlog_class
