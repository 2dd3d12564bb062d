-- Grain: one row per reason for which customers made contact, most followed contacts first. A
-- contact without a reason can't be followed.
-- Parameters: first_on, last_on, {contact_filters}.
select
    reason as dimension_value,
    count(case when is_followed then 1 end) as followed,
    count(case when is_returned then 1 end) as returned,
    count(case when is_switched then 1 end) as switched,
    count(case when is_followed and not is_return and is_resolution_known then 1 end) as firsts,
    count(
        case when is_followed and not is_return and resolved_at is not null and not is_returned
        then 1 end
    ) as first_resolved
from contact_outcomes
where opened_on between $first_on and $last_on
    and initiated_by = 'customer'
    and reason is not null
    and {contact_filters}
group by reason
order by followed desc, dimension_value
