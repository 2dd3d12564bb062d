-- Grain: one row per channel on which any customer ever made contact. Parameters: channel.
select distinct channel
from contact_days
where initiated_by = 'customer'
    and (len($channel) = 0 or channel in (select unnest($channel)))
order by channel
