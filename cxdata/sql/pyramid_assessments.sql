-- Grain: one row per journey and indicator: its latest assessment; no order.
-- Parameters: journey (empty list: all).
with placed as (
    select journey, indicator, value, assessed_on, assessed_by,
        row_number() over (
            partition by journey, indicator order by assessed_on desc, batch_id desc
        ) as place_from_last
    from assessments
    where len($journey) = 0 or journey in (select unnest($journey))
)
select journey, indicator, value, assessed_on, assessed_by
from placed
where place_from_last = 1
