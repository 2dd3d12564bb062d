-- Grain: one row per rule that was ever changed, as it is now, in the order of the changes.
select rule, definition, is_active, changed_at, changed_by
from alert_rules
where change_number > 0  -- 0: a row of a store that had no rules yet
qualify row_number() over (partition by rule order by change_number desc) = 1
order by change_number
