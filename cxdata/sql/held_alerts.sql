-- Grain: one row per rule and import that waits for a yes, the oldest first.
select hold_id, rule, batch_id, case_count, held_at
from held_alerts
where decided_at is null
order by held_at, hold_id
