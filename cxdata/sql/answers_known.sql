-- Grain: one row per survey that has answers, in the order of their names. Parameters: none.
select survey, known_on
from answers_known
order by survey
