-- Grain: one row per journey that has needs, or contacts of customers, and quarter of them (its
-- first day); no order. Needs are as in contact_days.
-- Parameters: first_on, last_on, {contact_filters} (empty lists: all), fiscal_offset (months
-- from January to the first of the fiscal year, 0 to 11).
with counted as (
    select journey,
        cast(date_trunc('quarter', opened_on - to_months($fiscal_offset))
            + to_months($fiscal_offset) as date) as quarter,
        sum(case when initiated_by = 'customer' then contact_count else 0 end) as customer_contacts,
        sum(case when initiated_by = 'customer' then resolution_known_count else 0 end)
            as resolution_known,
        sum(case when initiated_by = 'customer' then met_count + missed_count else 0 end) as due,
        sum(case when initiated_by = 'customer' then met_count else 0 end) as met,
        sum(case when initiated_by = 'customer' then resolved_count else 0 end) as resolved,
        sum(case when initiated_by = 'customer' then need_count else 0 end) as asked_needs,
        sum(case when initiated_by <> 'customer' then need_count else 0 end) as unasked_needs,
        sum(case when initiated_by = 'automatic' then need_count else 0 end) as automatic_needs
    from contact_days
    where opened_on between $first_on and $last_on
        and journey is not null
        and {contact_filters}
    group by journey, quarter
)
select journey, quarter,
    cast(resolution_known as bigint) as resolution_known,
    cast(due as bigint) as due,
    cast(met as bigint) as met,
    cast(resolved as bigint) as resolved,
    cast(asked_needs as bigint) as asked_needs,
    cast(unasked_needs as bigint) as unasked_needs,
    cast(automatic_needs as bigint) as automatic_needs
from counted
where customer_contacts + unasked_needs > 0
