-- Fills wait_days. Grain: one row per local day, combination of dimensions and wait bucket
-- that has contacts made by customers. Parameters: opened_days, those to count.
--
-- The wait runs on the contact's clock until the first answer, or else until the customer
-- gave up, or "now"; a contact without a known wait, or with days for times, is left out.
insert into wait_days (
    opened_on, {dimensions},
    wait_bucket, answered_count, waiting_count, gave_up_count
)
with bucketed as (
    select
        opened_on,
        {dimensions},
        outcome,
        case
            when wait_seconds < 1 then -1
            else cast(floor(ln(wait_seconds) / ln(1.01)) as integer)
        end as bucket
    from contact_outcomes
    where outcome is not null and wait_seconds is not null and is_timed
        and opened_on in (select unnest(cast($opened_days as date[])))
)
select
    opened_on,
    {dimensions},
    bucket,
    count(case when outcome = 'answered' then 1 end) as answered,
    count(case when outcome <> 'answered' then 1 end) as waiting,
    count(case when outcome = 'abandoned' then 1 end) as gave_up
from bucketed
group by opened_on, {dimensions}, bucket
