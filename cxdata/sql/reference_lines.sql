-- Grain: one row per reference line, targets first, then by name, survey and line_id.
-- Parameters: survey (null: all surveys).
select line_id, kind, survey, name, nps, source, published_on, author, changed_at
from reference_lines
where $survey is null or survey = $survey
order by kind desc, name, survey, line_id
