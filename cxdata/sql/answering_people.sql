-- Grain: one row per relation, {customer_groups} (those of the firm's own only where values of them
-- are chosen), yearly revenue (null: none above 0 is known) and the person's numbers of answers,
-- promoters and detractors, in that order.
-- Who gave scored answers in the period: 'active' are customers of the days from $from_on to
-- $until_on, 'former' those of other days, both with the dimensions that they had on the last of
-- these days; 'unknown' is whoever isn't in the files of customers, with the dimensions that the
-- answers tell. An answer without a customer is a person of its own.
-- Parameters: first_on, last_on, {answer_filters}, from_on, until_on.
with scored as (
    select response.customer_id,
        case when response.customer_id is null then response.response_id end as alone_id,
        {customer_dimensions:response},
        response.nps_score
    from responses as response
    where response.responded_on between $first_on and $last_on
        and response.nps_score is not null
        and {answer_filters:response}
),
given_by as (
    select customer_id,
        count(*) as answers,
        count(case when nps_score >= 9 then 1 end) as promoters,
        count(case when nps_score <= 6 then 1 end) as detractors
    from scored
    where customer_id is not null
    group by customer_id
),
given_by_strangers as (
    select scored.customer_id, scored.alone_id, {customer_dimensions:scored},
        count(*) as answers,
        count(case when scored.nps_score >= 9 then 1 end) as promoters,
        count(case when scored.nps_score <= 6 then 1 end) as detractors
    from scored
    left join customers as customer on scored.customer_id = customer.customer_id
    where customer.customer_id is null
    group by scored.customer_id, scored.alone_id, {customer_dimensions:scored}
),
people as (
    select
        case
            when (customer.started_on is null or customer.started_on <= $until_on)
                and (customer.ended_on is null or customer.ended_on >= $from_on)
                and (customer.started_on is null or customer.ended_on is null
                    or customer.started_on <= customer.ended_on)
            then 'active' else 'former'
        end as relation,
        {customer_groups:own},
        case when price.annual_revenue_amount > 0 then price.annual_revenue_amount end
            as revenue,
        given_by.answers, given_by.promoters, given_by.detractors
    from given_by
    join customers as customer on given_by.customer_id = customer.customer_id
    join customer_dimensions as own
        on customer.customer_id = own.customer_id
        and own.from_on <= $until_on and $until_on < own.until_on
    join customer_prices as price
        on customer.customer_id = price.customer_id
        and price.from_on <= cast($until_on as date) + 1
        and cast($until_on as date) + 1 < price.until_on
    union all
    select 'unknown' as relation, {customer_groups:stranger}, cast(null as double) as revenue,
        stranger.answers, stranger.promoters, stranger.detractors
    from given_by_strangers as stranger
)
select relation, {customer_groups}, cast(revenue as double) as revenue_amount,
    cast(answers as bigint) as answer_count,
    cast(promoters as bigint) as promoter_count,
    cast(detractors as bigint) as detractor_count,
    count(*) as person_count
from people
group by relation, {customer_groups}, revenue, answers, promoters, detractors
order by relation, {customer_groups}, revenue, answers, promoters, detractors
