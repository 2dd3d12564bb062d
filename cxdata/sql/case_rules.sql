-- Grain: one row per rule that opened a case which wasn't taken back, by code; kind is what it was
-- when it opened the newest of them, null if the case doesn't say.
select rule, arg_max(facts ->> 'kind', case_number) as kind
from cases
where rule is not null and status <> 'withdrawn'
group by rule
order by rule
