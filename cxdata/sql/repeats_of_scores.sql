-- Grain: one row per NPS score that customers with several answers gave, lowest first.
-- Sums over these customers, an answer with the score being 1, any other 0: with S the number of
-- those, and n of all, square sums S (S - 1), mixed S (n - 1); size sums n (n - 1) over all of them,
-- the same in every row.
-- Parameters: first_on, last_on, {answer_filters}.
with of_score as (
    select customer_number, nps_score, count(1) as s
    from repeat_answers
    where answered_on between $first_on and $last_on
        and nps_score is not null
        and {answer_filters}
    group by customer_number, nps_score
),
of_customer as (
    select customer_number, sum(s) as n
    from of_score
    group by customer_number
),
every as (
    select sum(n * (n - 1)) as pairs
    from of_customer
)
select
    cast(of_score.nps_score as bigint) as score,
    cast(sum(of_score.s * (of_score.s - 1)) as bigint) as square,
    cast(sum(of_score.s * (of_customer.n - 1)) as bigint) as mixed,
    cast(max(every.pairs) as bigint) as size
from of_score
join of_customer on of_score.customer_number = of_customer.customer_number
cross join every
group by of_score.nps_score
order by score
