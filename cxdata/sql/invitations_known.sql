-- Grain: one row per survey that has invitations, with the last day that files list. No order.
-- Parameters: none.
select survey, known_on
from invitations_known
