-- Grain: one row per period of the grain (its first day; null for the grain 'all') and value of the
-- dimension (null: not known, or for a dimension 'none') in which customers gave several answers on
-- the scale; in that order.
-- Sums over these customers, a favourable answer being 1, any other 0; of an NPS the promoters'.
-- Parameters: first_on, last_on, {answer_filters}, scale (csat, ces, ces7, nps), grain,
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
            when 'nps' then case when nps_score >= 9 then 1 when nps_score < 9 then 0 end
        end as favourable
    from repeat_answers
    where answered_on between $first_on and $last_on
        and {answer_filters}
),
of_customer as (
    select period, dimension_value, customer_number, count(1) as n, sum(favourable) as s,
        sum(favourable) as a
    from answers
    where favourable is not null
    group by period, dimension_value, customer_number
    having count(1) > 1
)
select
    period,
    dimension_value,
    {repeat_sums}
from of_customer
group by period, dimension_value
order by period, dimension_value nulls last
