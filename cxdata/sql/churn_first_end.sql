-- Grain: one row, null if nobody ever left. Parameters: $until_on, later ends don't count.
-- The first day on which the end of a relation is recorded: who left before it isn't known.
select min(ended_on) as first_end_on
from customer_spans
where ended_on <= $until_on
