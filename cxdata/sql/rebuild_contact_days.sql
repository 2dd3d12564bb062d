-- Fills contact_days. Grain: one row per local day, initiator and combination of dimensions
-- that has contacts.
-- Parameters: as_of (timestamp: the "now" of contacts whose batch has no extract date).
--
-- met: answered within the favourable time. missed: answered later, abandoned (unless the
-- channel's rule ignores it), or still open with the favourable time passed. The rest is not
-- yet due; ignored abandons are none of the three. Only customers' own contacts are judged.
-- clock_spans has to cover every moment of the contacts and every "now": a contact outside
-- is counted, but not judged. Microseconds, because date_diff in seconds would round.
insert into contact_days (
    opened_on, initiated_by, channel, journey, segment, region, product,
    contact_count, met_count, missed_count, not_yet_due_count, abandoned_count,
    resolved_count, score_sum
)
with contact as (
    select
        fact.opened_on,
        fact.initiated_by,
        fact.channel,
        fact.journey,
        fact.segment,
        fact.region,
        fact.product,
        fact.opened_at,
        fact.abandoned_at,
        fact.resolved_at,
        -- A contact resolved without a recorded answer was answered then at the latest.
        coalesce(
            fact.first_response_at,
            case when fact.abandoned_at is null then fact.resolved_at end
        ) as answered_at,
        coalesce(batch.extracted_at, $as_of) as now_at
    from contacts as fact
    left join batches as batch on fact.batch_id = batch.batch_id
),
ended as (
    select
        contact.opened_on,
        contact.initiated_by,
        contact.channel,
        contact.journey,
        contact.segment,
        contact.region,
        contact.product,
        contact.opened_at,
        contact.resolved_at,
        case
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
        standard.favourable_seconds,
        standard.limit_seconds,
        standard.is_strict,
        standard.abandon_rule,
        standard.short_abandon_seconds
    from contact
    left join response_standards as standard on contact.channel = standard.channel
),
timed as (
    select
        ended.opened_on,
        ended.initiated_by,
        ended.channel,
        ended.journey,
        ended.segment,
        ended.region,
        ended.product,
        ended.resolved_at,
        ended.outcome,
        ended.looked_up_clock,
        ended.favourable_seconds,
        ended.limit_seconds,
        ended.is_strict,
        ended.abandon_rule,
        ended.short_abandon_seconds,
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
        opened_on,
        initiated_by,
        channel,
        journey,
        segment,
        region,
        product,
        resolved_at,
        outcome,
        favourable_seconds,
        limit_seconds,
        is_strict,
        abandon_rule,
        elapsed_seconds,
        short_abandon_seconds,
        case
            when looked_up_clock is null then elapsed_seconds
            else round(seconds_at_end - seconds_at_opening, 6)
        end as wait_seconds
    from timed
),
judged as (
    select
        opened_on,
        initiated_by,
        channel,
        journey,
        segment,
        region,
        product,
        resolved_at,
        wait_seconds,
        favourable_seconds,
        limit_seconds,
        case when initiated_by = 'customer' then outcome end as outcome,
        case
            when initiated_by <> 'customer' then null
            when wait_seconds is null or favourable_seconds is null then null
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
    -- 100 up to the favourable time, then a straight line down to 0 at the limit. A contact
    -- still open gets the best score that it can still reach.
    coalesce(sum(
        case
            when status = 'met' then 100
            when status <> 'missed' or outcome = 'abandoned' then 0
            when wait_seconds >= limit_seconds then 0
            else 100 * (limit_seconds - wait_seconds)
                / nullif(limit_seconds - favourable_seconds, 0)
        end
    ), 0) as scores
from judged
group by opened_on, initiated_by, channel, journey, segment, region, product
