-- Grain: one row per survey that has invitations, with the last day that files list, in the order
-- of their names. Parameters: none.
select survey, known_on
from invitations_known
order by survey
