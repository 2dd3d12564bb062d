-- Fills contact_days. Grain: one row per local day, initiator and combination of dimensions
-- that has contacts. Parameters: none.
--
-- own standard: judged by one that isn't for all contacts of the channel.
insert into contact_days (
    opened_on, initiated_by, channel, journey, segment, region, product,
    contact_count, met_count, missed_count, not_yet_due_count, abandoned_count,
    resolved_count, score_sum, own_standard_count
)
select
    contact.opened_on,
    contact.initiated_by,
    contact.channel,
    contact.journey,
    contact.segment,
    contact.region,
    contact.product,
    count(*) as contacts,
    count(case when contact.status = 'met' then 1 end) as met,
    count(case when contact.status = 'missed' then 1 end) as missed,
    count(case when contact.status = 'not_yet_due' then 1 end) as not_yet_due,
    count(case when contact.outcome = 'abandoned' then 1 end) as abandoned,
    count(contact.resolved_at) as resolved,
    coalesce(sum(contact.score), 0) as scores,
    count(case when contact.status is not null and standard.audience <> 'all' then 1 end)
        as own_standards
from contact_outcomes as contact
left join response_standards as standard on contact.standard_id = standard.standard_id
group by contact.opened_on, contact.initiated_by, contact.channel, contact.journey,
    contact.segment, contact.region, contact.product
