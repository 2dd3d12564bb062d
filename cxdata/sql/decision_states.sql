-- Grain: one row per state that a decision has had, the first first.
-- Parameters: decision_id.
select
    change_number, decision_id, changed_at, changed_by, note, text, owner, owner_email, decided_on,
    due_on, status, figure, filters, level_then, goal, root_cause, snapshot_id
from decisions
where decision_id = $decision_id
order by change_number
