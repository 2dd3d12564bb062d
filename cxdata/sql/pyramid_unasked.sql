-- Grain: one row per journey that has contacts and quarter of them (its first day); no order.
-- Needs: what customers asked for (a return is no new need), and what they were given before they
-- asked: a contact that the company or a device began, not for advertising, without one of the
-- same customer about the same journey in the days before. Who isn't known can't be traced and
-- counts as not having asked.
-- Parameters: return_days (integer), advertising_reasons (list of reasons in lower case);
-- first_on, last_on, segment, region, product, channel, journey (empty lists: all).
with given as (
    select contact_id, customer_id, initiated_by, journey, opened_at, opened_on
    from contact_outcomes
    where initiated_by <> 'customer'
        and (reason is null or lower(reason) not in (select unnest($advertising_reasons)))
        and opened_on between $first_on and $last_on
        and journey is not null
        and (len($segment) = 0 or segment in (select unnest($segment)))
        and (len($region) = 0 or region in (select unnest($region)))
        and (len($product) = 0 or product in (select unnest($product)))
        and (len($channel) = 0 or channel in (select unnest($channel)))
        and (len($journey) = 0 or journey in (select unnest($journey)))
),
answering as (
    select distinct given.contact_id
    from given
    join contact_outcomes as asked
        on given.customer_id = asked.customer_id
        and given.journey = asked.journey
        and asked.opened_at <= given.opened_at
        and asked.opened_at + to_days(cast($return_days as integer)) >= given.opened_at
    where asked.initiated_by = 'customer'
),
counted as (
    select journey, date_trunc('quarter', opened_on) as quarter,
        count(*) as asked, 0 as unasked, 0 as automatic
    from contact_outcomes
    where initiated_by = 'customer'
        and not is_return
        and opened_on between $first_on and $last_on
        and journey is not null
        and (len($segment) = 0 or segment in (select unnest($segment)))
        and (len($region) = 0 or region in (select unnest($region)))
        and (len($product) = 0 or product in (select unnest($product)))
        and (len($channel) = 0 or channel in (select unnest($channel)))
        and (len($journey) = 0 or journey in (select unnest($journey)))
    group by journey, quarter
    union all
    select given.journey, date_trunc('quarter', given.opened_on) as quarter,
        0 as asked, count(*) as unasked,
        count(case when given.initiated_by = 'automatic' then 1 end) as automatic
    from given
    left join answering on given.contact_id = answering.contact_id
    where answering.contact_id is null
    group by given.journey, quarter
)
select journey,
    cast(quarter as date) as quarter,
    cast(sum(asked) as bigint) as asked_needs,
    cast(sum(unasked) as bigint) as unasked_needs,
    cast(sum(automatic) as bigint) as automatic_needs
from counted
group by journey, counted.quarter
