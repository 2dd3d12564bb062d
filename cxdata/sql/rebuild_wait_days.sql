-- Fills wait_days. Grain: one row per local day, combination of dimensions and wait bucket
-- that has contacts made by customers.
-- Parameters: as_of (timestamp: the "now" of contacts whose batch has no extract date).
--
-- The wait runs on the channel's clock until the first answer, or else until the customer
-- gave up, or "now". Answered and clock_spans: as in rebuild_contact_days.sql; a contact
-- outside clock_spans is left out.
insert into wait_days (
    opened_on, channel, journey, segment, region, product,
    wait_bucket, answered_count, waiting_count
)
with contact as (
    select
        fact.opened_on,
        fact.channel,
        fact.journey,
        fact.segment,
        fact.region,
        fact.product,
        fact.opened_at,
        fact.abandoned_at,
        -- A contact resolved without a recorded answer was answered then at the latest.
        coalesce(
            fact.first_response_at,
            case when fact.abandoned_at is null then fact.resolved_at end
        ) as answered_at,
        coalesce(batch.extracted_at, $as_of) as now_at,
        -- Elapsed time is a plain difference; only other clocks need a look-up.
        case when standard.clock <> 'elapsed' then standard.clock end as looked_up_clock
    from contacts as fact
    left join response_standards as standard on fact.channel = standard.channel
    left join batches as batch on fact.batch_id = batch.batch_id
    where fact.initiated_by = 'customer'
),
ended as (
    select
        opened_on,
        channel,
        journey,
        segment,
        region,
        product,
        opened_at,
        looked_up_clock,
        coalesce(answered_at <= coalesce(abandoned_at, answered_at), false) as is_answered,
        case
            when answered_at <= coalesce(abandoned_at, answered_at) then answered_at
            else coalesce(abandoned_at, now_at)
        end as until_at
    from contact
),
timed as (
    select
        ended.opened_on,
        ended.channel,
        ended.journey,
        ended.segment,
        ended.region,
        ended.product,
        ended.looked_up_clock,
        ended.is_answered,
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
        channel,
        journey,
        segment,
        region,
        product,
        is_answered,
        case
            when looked_up_clock is null then elapsed_seconds
            else round(seconds_at_end - seconds_at_opening, 6)
        end as wait_seconds
    from timed
),
bucketed as (
    select
        opened_on,
        channel,
        journey,
        segment,
        region,
        product,
        is_answered,
        case
            when wait_seconds < 1 then -1
            else cast(floor(ln(wait_seconds) / ln(1.01)) as integer)
        end as bucket
    from waited
    where wait_seconds is not null
)
select
    opened_on,
    channel,
    journey,
    segment,
    region,
    product,
    bucket,
    count(case when is_answered then 1 end) as answered,
    count(case when not is_answered then 1 end) as waiting
from bucketed
group by opened_on, channel, journey, segment, region, product, bucket
