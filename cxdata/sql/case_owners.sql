-- Grain: one row per owner of unfinished cases. Order: by name.
-- Parameters: opened_until: cases that were opened later don't count.
select distinct owner_email
from cases
where status in ('open', 'contacted', 'no_answer') and coalesce(owner_email, '') <> ''
    and opened_at <= $opened_until
order by owner_email
