-- Grain: one row per day on which customers began contacts that wait, whose favourable time ends
-- where the clocks end, or beyond; no order. Parameters: clock_end_on (date).
select opened_on
from contact_outcomes
where outcome = 'waiting' and standard_id is not null
    and (due_at is null or due_at >= $clock_end_on)
group by opened_on
