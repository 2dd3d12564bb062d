-- Grain: one row per subject that has rights, by its last change; persons after groups, then by
-- subject.
-- Parameters: none.
select change_number, subject_kind, subject, role, scope, may_see_people, until_on, changed_at,
    changed_by
from (
    select change_number, subject_kind, subject, role, scope, may_see_people, until_on,
        changed_at, changed_by,
        row_number() over (
            partition by subject_kind, subject order by change_number desc
        ) as place
    from rights_changes
) as numbered
where place = 1 and role is not null
order by subject_kind, subject
