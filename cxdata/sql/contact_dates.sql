-- Grain: one row per day with contacts, the earliest first. Parameters: none.
-- contact_count: of that day, one for each contact that was opened on it.
select opened_on, count(*) as contact_count
from contact_versions
where is_current
group by opened_on
order by opened_on
