-- Grain: one row per change of somebody's rights, the newest first.
-- Parameters: none.
select change_number, subject_kind, subject, role, scope, may_see_people, until_on, changed_at,
    changed_by
from rights_changes
order by change_number desc
