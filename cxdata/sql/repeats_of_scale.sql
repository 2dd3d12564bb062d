-- Grain: one row per period of the grain (its first day; null for the grain 'all') and value of the
-- dimension (null: not known, or for a dimension 'none') in which customers gave several answers on
-- the scale; in that order.
-- With S the number of a customer's favourable answers, and n that of all: repeated sums n - 1,
-- square S (S - 1), mixed S (n - 1), size n (n - 1).
-- Parameters: first_on, last_on, {answer_filters}, scale (csat, ces, ces7), grain,
-- fiscal_offset (months from January to the first of the fiscal year, 0 to 11),
-- dimension ({dimensions}).
with answers as (
    select
        customer_number,
        {dimension} as dimension_value,
        case $grain
            when 'week' then cast(date_trunc('week', answered_on) as date)
            when 'month' then cast(date_trunc('month', answered_on) as date)
            when 'quarter' then cast(date_trunc('quarter', answered_on - to_months($fiscal_offset))
                + to_months($fiscal_offset) as date)
            when 'year' then cast(date_trunc('year', answered_on - to_months($fiscal_offset))
                + to_months($fiscal_offset) as date)
        end as period,
        case $scale
            when 'csat' then case when csat_score >= 4 then 1 when csat_score < 4 then 0 end
            when 'ces' then case
                when ces_scale = 5 and ces_score <= 2 then 1
                when ces_scale = 5 and ces_score > 2 then 0
            end
            when 'ces7' then case
                when ces_scale = 7 and ces_score <= 3 then 1
                when ces_scale = 7 and ces_score > 3 then 0
            end
        end as favourable
    from repeat_answers
    where answered_on between $first_on and $last_on
        and {answer_filters}
),
of_customer as (
    select period, dimension_value, customer_number, count(1) as n, sum(favourable) as s
    from answers
    where favourable is not null
    group by period, dimension_value, customer_number
    having count(1) > 1
)
select
    period,
    dimension_value,
    cast(sum(n - 1) as bigint) as repeated,
    cast(sum(s * (s - 1)) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size
from of_customer
group by period, dimension_value
order by period, dimension_value nulls last
