-- Grain: one row: how many cases are unfinished, of them overdue, of them without an owner, of them
-- one owner's; and how many cases there are at all.
-- Parameters: owner, $now.
select
    count(*) filter (status in ('open', 'contacted', 'no_answer')) as unfinished_count,
    count(*) filter (status in ('open', 'no_answer') and due_at < $now) as overdue_count,
    count(*) filter (
        status in ('open', 'contacted', 'no_answer') and coalesce(owner_email, '') = ''
    ) as unowned_count,
    count(*) filter (
        status in ('open', 'contacted', 'no_answer') and owner_email = $owner
    ) as own_count,
    count(*) filter (status <> 'withdrawn') as case_count
from cases
