-- Grain: one row per journey, indicator and day: its assessment; by day, then batch.
-- Parameters: journey (empty list: all).
select journey, indicator, value, assessed_on, assessed_by, evidence
from assessments
where len($journey) = 0 or journey in (select unnest($journey))
order by assessed_on, batch_id
