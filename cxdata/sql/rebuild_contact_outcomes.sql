-- Fills contact_outcomes. Grain: one row per contact.
-- Parameters: opened_days, those to fill; near_days, those and all on which a contact can lie that
-- one of them is a return of, or is returned by; return_days (integer: a customer who asks the same
-- within so many days came back).
--
-- "Now" is that of the contact's own file: its extract date or, without one, the latest moment in
-- it. A contact is followed if every channel on which a return could be told is known that long.
-- Answered: also by being resolved without a recorded answer; an answer after the customer gave
-- up is none. A call that ended without a recorded answer was given up. unknown: no file of the
-- contact says when contacts were answered, so it is neither. A contact of days without times is
-- judged by a standard in days only, and has no hour. met: answered within the favourable time. missed: answered later, abandoned (unless
-- the standard's rule ignores it), or still open with the favourable time passed. The rest is not
-- yet due; ignored abandons are none of the three. Only customers' own contacts are judged.
-- The standard is the one in force on the day of opening; of several that fit, the first.
-- Whether a contact was resolved is known if a file of it says when contacts were, on a channel on
-- which any was.
-- clock_spans has to cover every moment of the contacts and every "now": a contact outside
-- is counted, but not judged. Microseconds, because date_diff in seconds would round.
insert into contact_outcomes (
    contact_id, customer_id, initiated_by, {dimensions}, reason,
    opened_at, opened_on, local_hour, resolved_at, standard_id, outcome, status, wait_seconds,
    wait_class, score, due_at, now_at, is_followed, is_return, is_returned, is_switched, is_timed,
    is_resolution_known
)
with files as (
    select
        version.batch_id,
        coalesce(
            max(batch.extracted_at),
            max(greatest(
                version.opened_at,
                coalesce(version.first_response_at, version.opened_at),
                coalesce(version.abandoned_at, version.opened_at),
                coalesce(version.resolved_at, version.opened_at)
            ))
        ) as file_known_at
    from contact_versions as version
    left join batches as batch on version.batch_id = batch.batch_id
    group by version.batch_id
),
tracing as (
    select min(known_at) as returns_known_at
    from contacts_known
    where shows_returns
),
told as (
    -- Whose newest file says nothing of answers, but another one of theirs does: "now" is its.
    select version.contact_id, max(file.file_known_at) as told_known_at
    from contact_versions as version
    join contact_sources as own on version.batch_id = own.batch_id and not own.knows_answers
    join contact_versions as other
        on version.contact_id = other.contact_id
        and (other.batch_id > version.batch_id or version.kept_fields is not null)
    join contact_sources as source
        on other.batch_id = source.batch_id and source.knows_answers
    join files as file on other.batch_id = file.batch_id
    where version.is_current
        and version.opened_on in (select unnest(cast($opened_days as date[])))
    group by version.contact_id
),
resolving_channels as (
    select channel
    from contact_versions
    where is_current and resolved_at is not null and initiated_by = 'customer'
    group by channel
),
-- What a file doesn't say is taken over from the earlier ones of the contact.
never_resolving as (
    select version.contact_id
    from contact_versions as version
    join contact_sources as own on version.batch_id = own.batch_id and not own.knows_resolutions
    join contact_versions as other on version.contact_id = other.contact_id
    left join contact_sources as source on other.batch_id = source.batch_id
    where version.is_current
        and version.opened_on in (select unnest(cast($opened_days as date[])))
    group by version.contact_id
    having max(case when coalesce(source.knows_resolutions, true) then 1 else 0 end) = 0
),
kept as (
    -- What was taken over from earlier files of days.
    select version.contact_id, version.kept_fields, max(source.day_fields) as day_fields
    from contact_versions as version
    join contact_versions as other
        on version.contact_id = other.contact_id and other.batch_id < version.batch_id
    join contact_sources as source
        on other.batch_id = source.batch_id and source.day_fields <> ''
    where version.is_current and version.kept_fields is not null
        and version.opened_on in (select unnest(cast($opened_days as date[])))
    group by version.contact_id, version.kept_fields
),
contact as (
    select
        fact.contact_id, fact.customer_id, fact.initiated_by, {dimensions:fact}, fact.reason, fact.opened_at, fact.opened_on,
        fact.resolved_at,
        coalesce(
            fact.abandoned_at,
            case
                when fact.channel = 'call' and fact.first_response_at is null then fact.resolved_at
            end
        ) as abandoned_at,
        coalesce(
            fact.first_response_at,
            case
                when fact.abandoned_at is null and fact.channel <> 'call' then fact.resolved_at
            end
        ) as answered_at,
        case
            when fact.first_response_at is null and not coalesce(source.knows_answers, true)
                and told.contact_id is null
            then 1 else 0
        end as is_unknown,
        case
            when source.day_fields like '%opened_at%' then 0
            when fact.first_response_at is not null and (
                source.day_fields like '%first_response_at%'
                or (
                    kept.day_fields like '%first_response_at%'
                    and kept.kept_fields like '%first_response_at%'
                )
            ) then 0
            when fact.first_response_at is null and (
                source.day_fields like '%abandoned_at%' and fact.abandoned_at is not null
                or source.day_fields like '%resolved_at%' and fact.resolved_at is not null
                    and fact.abandoned_at is null
            ) then 0
            else 1
        end as is_timed,
        coalesce(told.told_known_at, file.file_known_at) as now_at,
        -- The lowest number is the first standard that fits; nulls don't count.
        least(
            by_segment.standard_id, by_region.standard_id, by_journey.standard_id,
            by_account.standard_id, for_all.standard_id
        ) as standard_id
    from contacts as fact
    left join files as file on fact.batch_id = file.batch_id
    left join contact_sources as source on fact.batch_id = source.batch_id
    left join told on fact.contact_id = told.contact_id
    left join kept on fact.contact_id = kept.contact_id
    left join customers as customer on fact.customer_id = customer.customer_id
    left join response_standards as for_all
        on fact.channel = for_all.channel and for_all.audience = 'all'
        and fact.opened_on >= for_all.from_on and fact.opened_on < for_all.until_on
    left join response_standards as by_segment
        on fact.channel = by_segment.channel and by_segment.audience = 'segment'
        and fact.segment = by_segment.audience_value
        and fact.opened_on >= by_segment.from_on and fact.opened_on < by_segment.until_on
    left join response_standards as by_region
        on fact.channel = by_region.channel and by_region.audience = 'region'
        and fact.region = by_region.audience_value
        and fact.opened_on >= by_region.from_on and fact.opened_on < by_region.until_on
    left join response_standards as by_journey
        on fact.channel = by_journey.channel and by_journey.audience = 'journey'
        and fact.journey = by_journey.audience_value
        and fact.opened_on >= by_journey.from_on and fact.opened_on < by_journey.until_on
    left join response_standards as by_account
        on fact.channel = by_account.channel and by_account.audience = 'strategic'
        and customer.is_strategic
        and fact.opened_on >= by_account.from_on and fact.opened_on < by_account.until_on
    where fact.opened_on in (select unnest(cast($opened_days as date[])))
),
ended as (
    select
        contact.contact_id, contact.customer_id, contact.initiated_by, {dimensions:contact}, contact.reason,
        contact.opened_at, contact.opened_on, contact.resolved_at, contact.now_at,
        contact.standard_id, contact.is_timed,
        case
            when is_unknown = 1 then 'unknown'
            when answered_at <= coalesce(abandoned_at, answered_at) then 'answered'
            when abandoned_at is not null then 'abandoned'
            else 'waiting'
        end as outcome,
        case
            when answered_at <= coalesce(abandoned_at, answered_at) then answered_at
            else coalesce(abandoned_at, now_at)
        end as until_at,
        -- Elapsed time is a plain difference; only other clocks need a look-up.
        case
            when initiated_by = 'customer' and standard.clock <> 'elapsed' then standard.clock
        end as looked_up_clock,
        standard.favourable_seconds, standard.limit_seconds, standard.is_strict,
        standard.abandon_rule, standard.short_abandon_seconds,
        contact.is_unknown = 0 and (contact.is_timed = 1 or standard.is_in_days) as is_measured
    from contact
    left join response_standards as standard on contact.standard_id = standard.standard_id
),
timed as (
    select
        ended.contact_id, ended.customer_id, ended.initiated_by, {dimensions:ended}, ended.reason, ended.opened_at,
        ended.opened_on, ended.resolved_at, ended.now_at, ended.standard_id,
        ended.outcome, ended.looked_up_clock, ended.favourable_seconds, ended.limit_seconds,
        ended.is_strict, ended.abandon_rule, ended.short_abandon_seconds, ended.is_timed,
        ended.is_measured,
        cast(date_diff('microsecond', ended.opened_at, ended.until_at) as double) / 1000000
            as elapsed_seconds,
        opening.seconds_before + case
            when opening.is_open then
                cast(date_diff('microsecond', opening.from_at, ended.opened_at) as double) / 1000000
            else 0
        end as seconds_at_opening,
        closing.seconds_before + case
            when closing.is_open then
                cast(date_diff('microsecond', closing.from_at, ended.until_at) as double) / 1000000
            else 0
        end as seconds_at_end
    from ended
    left join clock_spans as opening
        on ended.looked_up_clock = opening.clock
        and cast(ended.opened_at as date) = opening.day
        and ended.opened_at >= opening.from_at
        and ended.opened_at < opening.until_at
    left join clock_spans as closing
        on ended.looked_up_clock = closing.clock
        and cast(ended.until_at as date) = closing.day
        and ended.until_at >= closing.from_at
        and ended.until_at < closing.until_at
),
waited as (
    select
        contact_id, customer_id, initiated_by, {dimensions}, reason,
        opened_at, opened_on, resolved_at, now_at, standard_id, looked_up_clock,
        favourable_seconds, limit_seconds, is_strict, abandon_rule, short_abandon_seconds,
        elapsed_seconds, seconds_at_opening, is_timed,
        case when initiated_by = 'customer' then outcome end as outcome,
        case
            when initiated_by <> 'customer' or not is_measured then null
            when looked_up_clock is null then elapsed_seconds
            else round(seconds_at_end - seconds_at_opening, 6)
        end as wait_seconds
    from timed
),
judged as (
    select
        contact_id, customer_id, initiated_by, {dimensions}, reason,
        opened_at, opened_on, resolved_at, now_at, standard_id, looked_up_clock,
        favourable_seconds, limit_seconds, seconds_at_opening, outcome, wait_seconds, is_timed,
        case
            when outcome is null or wait_seconds is null or favourable_seconds is null then null
            when outcome = 'abandoned' and abandon_rule = 'ignored' then 'ignored'
            when outcome = 'abandoned' and abandon_rule = 'short_ignored'
                and elapsed_seconds < short_abandon_seconds then 'ignored'
            when outcome = 'abandoned' then 'missed'
            when is_strict and wait_seconds >= favourable_seconds then 'missed'
            when wait_seconds > favourable_seconds then 'missed'
            when outcome = 'answered' then 'met'
            else 'not_yet_due'
        end as status
    from waited
),
-- When the favourable time of a waiting contact ends: on a clock that stops, the moment at which
-- so many open seconds have passed. A deadline at closing time is that time.
due as (
    select
        judged.contact_id,
        case
            when judged.looked_up_clock is null
                then judged.opened_at
                    + to_microseconds(cast(judged.favourable_seconds * 1000000 as bigint))
            else span.from_at + to_microseconds(cast(round(
                (judged.seconds_at_opening + judged.favourable_seconds - span.seconds_before)
                * 1000000) as bigint))
        end as due_at
    from judged
    left join clock_spans as span
        on judged.looked_up_clock = span.clock
        and span.is_open
        and judged.seconds_at_opening + judged.favourable_seconds > span.seconds_before
        and judged.seconds_at_opening + judged.favourable_seconds <= span.seconds_before
            + cast(date_diff('microsecond', span.from_at, span.until_at) as double) / 1000000
    where judged.outcome = 'waiting'
),
traced as (
    select
        contact_id,
        opened_at + to_days(cast($return_days as integer)) as return_until_at,
        lag(opened_at) over asked + to_days(cast($return_days as integer)) as return_of_until_at,
        opened_at as own_opened_at,
        lead(opened_at) over asked as next_opened_at,
        lead(channel) over asked as next_channel
    from contact_versions
    where is_current and initiated_by = 'customer' and customer_id is not null
        and journey is not null and reason is not null
        and opened_on in (select unnest(cast($near_days as date[])))
    window asked as (
        partition by customer_id, journey, reason order by opened_at, contact_id
    )
)
select
    judged.contact_id, judged.customer_id, judged.initiated_by, {dimensions:judged}, judged.reason, judged.opened_at,
    judged.opened_on,
    case
        when judged.is_timed = 1 then cast(floor((
            date_diff('minute', cast(cast(judged.opened_at as date) as timestamp), judged.opened_at)
            + zone.offset_minutes + 1440) / 60) % 24 as tinyint)
    end as local_hour,
    judged.resolved_at, judged.standard_id, judged.outcome, judged.status, judged.wait_seconds,
    case
        when judged.status is null or judged.status = 'ignored' then null
        when judged.outcome = 'abandoned' then 'abandoned'
        when judged.status = 'met' then 'favourable'
        when judged.wait_seconds > judged.limit_seconds then 'beyond'
        when judged.status = 'missed' and judged.outcome = 'answered' then 'limit'
    end as wait_class,
    -- 100 up to the favourable time, then a straight line down to 0 at the limit. A contact
    -- still open gets the best score that it can still reach.
    case
        when judged.status = 'met' then cast(100 as double)
        when judged.status <> 'missed' then null
        when judged.outcome = 'abandoned' or judged.wait_seconds >= judged.limit_seconds
            then cast(0 as double)
        else 100 * (judged.limit_seconds - judged.wait_seconds)
            / nullif(judged.limit_seconds - judged.favourable_seconds, 0)
    end as score,
    due.due_at,
    case when judged.outcome = 'waiting' then judged.now_at end as now_at,
    coalesce(traced.return_until_at <= tracing.returns_known_at, false) as is_followed,
    coalesce(traced.own_opened_at <= traced.return_of_until_at, false) as is_return,
    coalesce(
        traced.return_until_at <= tracing.returns_known_at and traced.next_opened_at <= traced.return_until_at, false
    ) as is_returned,
    coalesce(
        traced.return_until_at <= tracing.returns_known_at and traced.next_opened_at <= traced.return_until_at
        and traced.next_channel <> judged.channel, false
    ) as is_switched,
    judged.is_timed = 1 as is_timed,
    judged.resolved_at is not null
        or never_resolving.contact_id is null and resolving_channels.channel is not null
        as is_resolution_known
from judged
cross join tracing
left join due on judged.contact_id = due.contact_id
left join never_resolving on judged.contact_id = never_resolving.contact_id
left join resolving_channels on judged.channel = resolving_channels.channel
left join traced on judged.contact_id = traced.contact_id
left join local_offsets as zone
    on judged.opened_at >= zone.from_at and judged.opened_at < zone.until_at
