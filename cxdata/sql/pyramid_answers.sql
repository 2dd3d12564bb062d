-- Grain: one row per journey that has answers of the survey and quarter of them (its first day);
-- no order.
-- Parameters: first_on, last_on, {answer_filters} (empty lists: all), fiscal_offset (months
-- from January to the first of the fiscal year, 0 to 11).
select journey,
    cast(date_trunc('quarter', answered_on - to_months($fiscal_offset))
        + to_months($fiscal_offset) as date) as quarter,
    cast(sum(answer_count) as bigint) as answers,
    cast(sum(promoter_count) as bigint) as promoters,
    cast(sum(ces_count) as bigint) as efforts,
    cast(sum(ces_easy_count) as bigint) as easy_efforts
from answer_days
where answered_on between $first_on and $last_on
    and journey is not null
    and {answer_filters}
group by journey, quarter
