-- Fills contact_days. Grain: one row per local day, initiator and combination of dimensions
-- that has contacts.
-- Parameters: opened_days, those to count; near_days, those and all on which somebody can have asked
-- for what was given on one of them; return_days (integer), advertising_reasons (list of reasons in
-- lower case).
--
-- unknown: no file says whether it was answered. untimed: of days without times, and the standard
-- isn't in days. own standard: judged by one that isn't for all contacts of the channel.
-- Needs: what customers asked for (a return is no new need), and what they were given before they
-- asked: a contact that the company or a device began, not for advertising, without one of the
-- same customer about the same journey in the days before. Who isn't known can't be traced and
-- counts as not having asked. After the last moment up to which all channels on which customers ask
-- are known, whether they had asked isn't known: such contacts are no needs.
insert into contact_days (
    opened_on, initiated_by, {dimensions},
    contact_count, met_count, missed_count, not_yet_due_count, abandoned_count,
    resolved_count, score_sum, own_standard_count, need_count, unknown_count, untimed_count,
    resolution_known_count
)
with asking as (
    select min(known_at) as askers_known_at
    from contacts_known
    where shows_askers
),
answering as (
    select distinct given.contact_id
    from contact_outcomes as given
    join contact_outcomes as asked
        on given.customer_id = asked.customer_id
        and given.journey = asked.journey
        and asked.opened_at <= given.opened_at
        and asked.opened_at + to_days(cast($return_days as integer)) >= given.opened_at
    where given.initiated_by <> 'customer' and asked.initiated_by = 'customer'
        and given.opened_on in (select unnest(cast($opened_days as date[])))
        and asked.opened_on in (select unnest(cast($near_days as date[])))
)
select
    contact.opened_on,
    contact.initiated_by,
    {dimensions:contact},
    count(*) as contacts,
    count(case when contact.status = 'met' then 1 end) as met,
    count(case when contact.status = 'missed' then 1 end) as missed,
    count(case when contact.status = 'not_yet_due' then 1 end) as not_yet_due,
    count(case when contact.outcome = 'abandoned' then 1 end) as abandoned,
    count(contact.resolved_at) as resolved,
    coalesce(sum(contact.score), 0) as scores,
    count(case when contact.status is not null and standard.audience <> 'all' then 1 end)
        as own_standards,
    count(
        case
            when contact.initiated_by = 'customer' and not contact.is_return then 1
            when contact.initiated_by <> 'customer'
                and answering.contact_id is null
                and contact.opened_at <= coalesce(asking.askers_known_at, contact.opened_at)
                and (
                    contact.reason is null
                    or lower(contact.reason) not in (select unnest($advertising_reasons))
                )
            then 1
        end
    ) as needs,
    count(case when contact.outcome = 'unknown' then 1 end) as unknowns,
    count(
        case
            when contact.outcome <> 'unknown' and contact.wait_seconds is null
                and not contact.is_timed
            then 1
        end
    ) as untimed,
    count(case when contact.is_resolution_known then 1 end) as resolutions_known
from contact_outcomes as contact
cross join asking
left join response_standards as standard on contact.standard_id = standard.standard_id
left join answering on contact.contact_id = answering.contact_id
where contact.opened_on in (select unnest(cast($opened_days as date[])))
group by contact.opened_on, contact.initiated_by, {dimensions:contact}
