-- Grain: one row per decision as it stands now; open ones first, by due day.
-- Parameters: none.
select
    change_number, decision_id, changed_at, changed_by, note, text, owner, owner_email, decided_on,
    due_on, status, figure, filters, level_then, goal, root_cause, snapshot_id
from decisions
qualify row_number() over (partition by decision_id order by change_number desc) = 1
order by case when status = 'open' then 0 else 1 end, due_on, decision_id
