-- Grain: one row per journey, indicator and day: its assessment; by day, then batch. A number of
-- cases below 1 is none.
-- Parameters: {assessment_filters} (empty list: all).
select journey, indicator, value, assessed_on, assessed_by, evidence,
    case when case_count >= 1 then case_count end as case_count
from assessments
where {assessment_filters}
order by assessed_on, batch_id
