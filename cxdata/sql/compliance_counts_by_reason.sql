-- Grain: one row per channel, reason (null: not known) and wait bucket (as in wait_days; null:
-- the wait isn't known) of contacts that customers made; no order.
-- Parameters: first_on, last_on, {contact_filters}.
with bucketed as (
    select
        channel,
        reason,
        status,
        outcome,
        score,
        standard_id,
        is_timed,
        case
            when not is_timed then null
            when wait_seconds < 1 then -1
            else cast(floor(ln(wait_seconds) / ln(1.01)) as integer)
        end as wait_bucket
    from contact_outcomes
    where opened_on between $first_on and $last_on
        and initiated_by = 'customer'
        and {contact_filters}
)
select
    bucketed.channel,
    bucketed.reason as dimension_value,
    bucketed.wait_bucket,
    count(*) as contacts,
    count(case when bucketed.status = 'met' then 1 end) as met,
    count(case when bucketed.status = 'missed' then 1 end) as missed,
    count(case when bucketed.status = 'not_yet_due' then 1 end) as not_yet_due,
    count(case when bucketed.outcome = 'abandoned' then 1 end) as abandoned,
    coalesce(sum(bucketed.score), 0) as scores,
    count(case when bucketed.status is not null and standard.audience <> 'all' then 1 end)
        as own_standards,
    count(case when bucketed.outcome = 'unknown' then 1 end) as unknown,
    count(
        case
            when bucketed.outcome <> 'unknown' and bucketed.status is null and not bucketed.is_timed
            then 1
        end
    ) as untimed,
    count(case when bucketed.outcome = 'answered' then 1 end) as answered,
    count(case when bucketed.outcome <> 'answered' then 1 end) as waiting,
    count(case when bucketed.outcome = 'abandoned' then 1 end) as gave_up
from bucketed
left join response_standards as standard on bucketed.standard_id = standard.standard_id
group by bucketed.channel, bucketed.reason, bucketed.wait_bucket
