-- Grain: one row per value of the dimension (null: not known) with NPS answers of customers who
-- answered more than once, by value.
-- With S the sum of a customer's answers as 1, 0 and -1, and n their number: repeated sums n - 1,
-- square S² less the squares of the single answers, mixed S (n - 1), size n (n - 1). earlier_: the
-- answers that aren't their customer's last of all. The both_ are of customers with answers to other
-- values as well: sums of S S', S n', n S' and n n'. both_people counts them; shared is the part of
-- each of them that other values count, too: over all values, by how much people are counted more
-- often than once.
-- Parameters: first_on, last_on, {answer_filters},
-- dimension ({dimensions}).
with of_value as (
    select
        {dimension} as dimension_value,
        customer_number,
        count(1) as n,
        sum(case when nps_score >= 9 then 1 when nps_score <= 6 then -1 else 0 end) as s,
        sum(case when nps_score between 7 and 8 then 0 else 1 end) as a,
        max(
            4 * place + case when nps_score >= 9 then 2 when nps_score <= 6 then 0 else 1 end
        ) as last_key
    from repeat_answers
    where answered_on between $first_on and $last_on
        and nps_score is not null
        and {answer_filters}
    group by dimension_value, customer_number
),
of_customer as (
    select
        customer_number,
        sum(n) as n,
        sum(s) as s,
        max(last_key) as last_key,
        cast(count(1) as double) as value_count
    from of_value
    group by customer_number
    having sum(n) > 1
),
joined as (
    select
        own.dimension_value,
        own.n,
        own.s,
        own.a,
        every.n - own.n as other_n,
        every.s - own.s as other_s,
        (every.value_count - 1) / every.value_count as shared_part,
        case when own.last_key = every.last_key then own.last_key % 4 - 1 end as last_s
    from of_value as own
    join of_customer as every on own.customer_number = every.customer_number
)
select
    dimension_value,
    cast(sum(n - 1) as bigint) as repeated,
    cast(sum(s * s - a) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(n - case when last_s is null then 0 else 1 end) as bigint) as earlier_answers,
    cast(sum((a + s) // 2 - case when last_s = 1 then 1 else 0 end) as bigint)
        as earlier_promoters,
    cast(sum(n - a - case when last_s = 0 then 1 else 0 end) as bigint) as earlier_passives,
    cast(sum((a - s) // 2 - case when last_s = -1 then 1 else 0 end) as bigint)
        as earlier_detractors,
    cast(sum(s * other_s) as bigint) as both_square,
    cast(sum(s * other_n) as bigint) as both_mixed,
    cast(sum(n * other_s) as bigint) as both_mixed_back,
    cast(sum(n * other_n) as bigint) as both_size,
    cast(sum(case when other_n > 0 then 1 else 0 end) as bigint) as both_people,
    sum(shared_part) as shared
from joined
group by dimension_value
order by dimension_value nulls last
