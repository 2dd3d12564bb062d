-- Grain: one row per channel on which any customer ever made contact, of the channels asked for.
-- Parameters: channels (empty list: all).
select distinct channel
from contact_days
where initiated_by = 'customer'
    and (len($channels) = 0 or channel in (select unnest($channels)))
order by channel
