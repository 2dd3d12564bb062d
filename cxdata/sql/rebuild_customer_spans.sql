-- Grain: one row per {customer_dimensions}, NPS class and yearly revenue of one customer with
-- the days that both hold, start and end of the relation, so that each row's customers are alike in
-- money, too; fills customer_spans. Parameters: $class_survey, whose last answer gives the
-- class. A class holds from the day after its answer to the day of the next answer, so that an
-- answer can never explain what happened before it. No class is known before the first answer.
insert into customer_spans (
    {customer_dimensions}, nps_class, class_from_on, class_until_on, started_on, ended_on,
    customer_count, revenue_count, annual_revenue_amount
)
with scored_answers as (
    select customer_id, nps_score,
        cast(responded_on + interval 1 day as date) as class_from_on,
        row_number() over (
            partition by customer_id, responded_on order by responded_at desc, response_id desc
        ) as place_from_last
    from responses
    where survey = $class_survey and customer_id is not null and nps_score is not null
),
class_spans as (
    select customer_id, class_from_on,
        case
            when nps_score >= 9 then 'promoter' when nps_score >= 7 then 'passive'
            else 'detractor'
        end as nps_class,
        coalesce(
            lead(class_from_on) over (partition by customer_id order by class_from_on),
            date '9999-12-31'
        ) as class_until_on
    from scored_answers
    where place_from_last = 1
),
first_classes as (
    select customer_id, min(class_from_on) as first_class_on
    from class_spans
    group by customer_id
),
relations as (
    select customer.customer_id, {customer_dimensions:customer},
        coalesce(customer.started_on, date '0001-01-01') as started_on, customer.ended_on,
        price.annual_revenue_amount, price.from_on as price_from_on,
        price.until_on as price_until_on,
        coalesce(first_class.first_class_on, date '9999-12-31') as first_class_on
    from customers as customer
    join customer_prices as price on customer.customer_id = price.customer_id
    left join first_classes as first_class on customer.customer_id = first_class.customer_id
    where price.until_on > coalesce(customer.started_on, date '0001-01-01')
        and (
            customer.ended_on is null
            or price.from_on <= greatest(customer.ended_on, customer.started_on)
        )
),
spans as (
    select {customer_dimensions:relation}, class_span.nps_class,
        greatest(class_span.class_from_on, relation.price_from_on) as class_from_on,
        least(class_span.class_until_on, relation.price_until_on) as class_until_on,
        relation.started_on, relation.ended_on, relation.annual_revenue_amount as revenue_amount
    from relations as relation
    join class_spans as class_span
        on relation.customer_id = class_span.customer_id
        and class_span.class_from_on < relation.price_until_on
        and relation.price_from_on < class_span.class_until_on
    union all
    select {customer_dimensions}, cast(null as varchar) as nps_class,
        greatest(started_on, price_from_on) as class_from_on,
        least(first_class_on, price_until_on) as class_until_on, started_on, ended_on,
        annual_revenue_amount as revenue_amount
    from relations
    where greatest(started_on, price_from_on) < least(first_class_on, price_until_on)
)
select {customer_dimensions}, nps_class, class_from_on, class_until_on, started_on, ended_on,
    count(*) as customer_count,
    count(revenue_amount) as revenue_count,
    coalesce(sum(revenue_amount), 0) as annual_revenue_amount
from spans
group by {customer_dimensions}, nps_class, class_from_on, class_until_on, started_on, ended_on,
    revenue_amount
