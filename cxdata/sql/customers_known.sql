-- Grain: one row, also without customers. Parameters: none.
-- known_on: the last day that the customers' history is known to; null without customers.
-- ends: how most of them are told: told (by their day), flagged (on flagged_on, the day of the
-- extract), none (no file says who left); null without customers.
with counted as (
    select
        max(known_on) as last_known_on,
        max(case when ends = 'flagged' and current_count > 0 then known_on end) as last_flagged_on,
        sum(case when ends = 'told' then lost_count else 0 end) as told_losses,
        sum(case when ends = 'flagged' then lost_count else 0 end) as flagged_losses,
        count(case when ends = 'told' and current_count > 0 then 1 end) as telling,
        count(case when ends = 'flagged' and current_count > 0 then 1 end) as flagging,
        count(*) as files
    from customers_known
)
select
    last_known_on as known_on,
    case
        when files = 0 then null
        when flagging > 0 and (telling = 0 or flagged_losses > told_losses) then 'flagged'
        when telling > 0 then 'told'
        else 'none'
    end as ends,
    last_flagged_on as flagged_on
from counted
