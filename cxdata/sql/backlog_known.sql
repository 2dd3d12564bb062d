-- Grain: one row per channel that has contacts past their deadline, by channel.
-- Parameters: channels (null: all).
select channel, count(*) as contact_count, min(opened_at) as oldest_opened_at,
    cast(max(now_at) as date) as known_on
from contact_outcomes
where outcome = 'waiting' and status = 'missed'
    and ($channels is null or channel in (select unnest(cast($channels as varchar[]))))
group by channel
order by channel
