-- Grain: one row per channel on which contacts were resolved when they were last counted and none is
-- now, or the other way round; no order. Parameters: none.
with resolving as (
    select channel, 'counted' as moment
    from contact_outcomes
    where resolved_at is not null and initiated_by = 'customer'
    group by channel
    union all
    select channel, 'now' as moment
    from contact_versions
    where is_current and resolved_at is not null and initiated_by = 'customer'
    group by channel
)
select channel
from resolving
group by channel
having count(*) = 1
