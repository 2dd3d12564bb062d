-- Grain: one row, null without data. Parameters: none.
-- The last day of which an answer, a contact or an assessment tells.
with known_days as (
    select max(answered_on) as known_on from answer_days
    union all
    select max(opened_on) as known_on from contact_days
    union all
    select max(assessed_on) as known_on from assessments
)
select max(known_on) as data_until from known_days
