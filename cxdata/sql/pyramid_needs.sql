-- Grain: one row per journey that has contacts of customers and quarter of them (its first day);
-- no order. Their reasons, how often they had to ask again, and what the first contact settled.
-- Parameters: first_on, last_on, {contact_filters} (empty lists: all), fiscal_offset (months
-- from January to the first of the fiscal year, 0 to 11).
select journey,
    cast(date_trunc('quarter', opened_on - to_months($fiscal_offset))
        + to_months($fiscal_offset) as date) as quarter,
    cast(sum(reason_count) as bigint) as reasons,
    cast(sum(information_count) as bigint) as information,
    cast(sum(followed_count) as bigint) as followed,
    cast(sum(repeated_count) as bigint) as repeated,
    cast(sum(first_count) as bigint) as first,
    cast(sum(first_resolved_count) as bigint) as first_resolved
from need_days
where opened_on between $first_on and $last_on
    and journey is not null
    and {contact_filters}
group by journey, quarter
