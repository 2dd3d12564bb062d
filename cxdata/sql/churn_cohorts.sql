-- Grain: one row per quarter of the fiscal year in which customers started and full quarters that
-- they then stayed (null: still there); no order. watched_quarters: the full quarters for which
-- every customer of the cohort could be watched by $until_on. Each customer is in exactly one span
-- on the day of the start. Who has no start isn't counted.
-- Parameters: $until_on, {customer_filters} (empty: all), $fiscal_offset (months from January to
-- the first of the fiscal year, 0 to 11).
with started as (
    select cast(date_trunc('quarter', started_on - to_months($fiscal_offset))
            + to_months($fiscal_offset) as date) as cohort,
        case
            when ended_on <= $until_on then datesub('month', started_on, ended_on) // 3
        end as stayed_quarters,
        customer_count
    from customer_spans
    where started_on > date '0001-01-01' and started_on <= $until_on
        and class_from_on <= started_on and started_on < class_until_on
        and {customer_filters}
)
select cohort, stayed_quarters,
    any_value(datesub('month', cast(cohort + interval 3 month as date) - 1, $until_on) // 3)
        as watched_quarters,
    cast(sum(customer_count) as bigint) as customer_count
from started
group by cohort, stayed_quarters
