-- Grain: one row per journey that somebody wrote a view from the top for: the newest writing; by
-- journey. Parameters: none.
with placed as (
    select journey, vision, needless_levels, written_at, written_by,
        row_number() over (partition by journey order by change_number desc) as place_from_last
    from journey_visions
)
select journey, vision, needless_levels, written_at, written_by
from placed
where place_from_last = 1
order by journey
