-- Grain: one row per name of a scenario and rights that it was made with: the one saved last; newest
-- first. No parameters.
select scenario_id, name, moves, filters, figures, saved_at, saved_by
from scenarios
qualify row_number() over (partition by name, scope order by change_number desc) = 1
order by change_number desc
