-- Fills contact_days. Grain: one row per local day, initiator and combination of dimensions
-- that has contacts. Parameters: none.
insert into contact_days (
    opened_on, initiated_by, channel, journey, segment, region, product,
    contact_count, met_count, missed_count, not_yet_due_count, abandoned_count,
    resolved_count, score_sum
)
select
    opened_on,
    initiated_by,
    channel,
    journey,
    segment,
    region,
    product,
    count(*) as contacts,
    count(case when status = 'met' then 1 end) as met,
    count(case when status = 'missed' then 1 end) as missed,
    count(case when status = 'not_yet_due' then 1 end) as not_yet_due,
    count(case when outcome = 'abandoned' then 1 end) as abandoned,
    count(resolved_at) as resolved,
    coalesce(sum(score), 0) as scores
from contact_outcomes
group by opened_on, initiated_by, channel, journey, segment, region, product
