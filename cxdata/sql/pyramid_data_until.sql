-- Grain: one row, null without data. Parameters: none.
-- The last day to which answers or contacts are known, or of an assessment.
with known_days as (
    select max(known_on) as last_known_on from answers_known
    union all
    select max(known_on) as last_known_on from contacts_known
    union all
    select max(assessed_on) as last_known_on from assessments
)
select max(last_known_on) as data_until from known_days
