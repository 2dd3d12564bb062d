-- Grain: one row per case that was opened in the period, but for withdrawn ones and those of which
-- somebody said that nothing was needed; no order.
-- Parameters: first_on, last_on, {customer_filters}, $time_zone (of the firm).
select kase.case_number, kase.opened_at, kase.due_at, kase.first_contact_at, kase.closed_at,
    kase.status, kase.root_cause, kase.customer_id, customer.annual_revenue_amount
from cases as kase
left join customers as customer on customer.customer_id = kase.customer_id
where kase.status <> 'withdrawn'
    and not (
        kase.first_contact_at is null and coalesce(kase.outcome, '') = 'no_need'
    )
    and cast((kase.opened_at at time zone 'UTC') at time zone $time_zone as date)
        between $first_on and $last_on
    and {customer_filters:customer}
