-- Grain: one row per choice that is everybody's or the owner's own: the owner's first, by name.
-- Parameters: owner (null: of nobody).
select choice_id, name, owner, choice, changed_at, changed_by
from pack_choices
where owner is null or owner = $owner
order by owner is null, lower(name), name, choice_id
