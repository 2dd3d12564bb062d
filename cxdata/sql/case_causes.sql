-- Grain: one row per case that counts as one: of what it is, and the day of what happened.
select response_id, customer_id, rule, about, about_value,
    coalesce(fired_on, cast(opened_at as date)) as fired_on
from cases
where status <> 'withdrawn'
order by case_number
