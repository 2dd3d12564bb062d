-- Grain: one row per period (current, compared) in which customers gave several NPS answers, or
-- that shares customers with the other; current first.
-- With S the sum of a customer's answers as 1, 0 and -1, and n their number: repeated sums n - 1,
-- square S² less the squares of the single answers, mixed S (n - 1), size n (n - 1). earlier_: the
-- answers that aren't their customer's last in the period. The both_ are of customers with answers
-- in both periods: sums of S S', S n', n S' and n n'; of their last answers alone if last_only.
-- Parameters: first_on, last_on, compared_first_on, compared_last_on, {answer_filters}, last_only.
with answers as (
    select
        customer_number,
        case when answered_on between $first_on and $last_on then 1 else 2 end as side,
        case when nps_score >= 9 then 1 when nps_score <= 6 then -1 else 0 end as balance,
        place
    from repeat_answers
    where (
        answered_on between $first_on and $last_on
        or answered_on between $compared_first_on and $compared_last_on
    )
    and nps_score is not null
    and {answer_filters}
),
of_side as (
    select
        customer_number,
        side,
        count(1) as n,
        sum(balance) as s,
        sum(abs(balance)) as a,
        max(4 * place + balance + 1) % 4 - 1 as last_s
    from answers
    group by customer_number, side
),
counted as (
    select
        customer_number,
        side,
        case when $last_only then 1 else n end as n,
        case when $last_only then last_s else s end as s
    from of_side
),
shared as (
    select
        sum(one.s * other.s) as both_square,
        sum(one.s * other.n) as both_mixed,
        sum(one.n * other.s) as both_mixed_back,
        sum(one.n * other.n) as both_size
    from counted as one
    join counted as other on one.customer_number = other.customer_number
    where one.side = 1 and other.side = 2
)
select
    of_side.side,
    cast(sum(n - 1) as bigint) as repeated,
    cast(sum(s * s - a) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(n - 1) as bigint) as earlier_answers,
    cast(sum((a + s) // 2 - case when last_s = 1 then 1 else 0 end) as bigint)
        as earlier_promoters,
    cast(sum(n - a - case when last_s = 0 then 1 else 0 end) as bigint) as earlier_passives,
    cast(sum((a - s) // 2 - case when last_s = -1 then 1 else 0 end) as bigint)
        as earlier_detractors,
    cast(coalesce(max(shared.both_square), 0) as bigint) as both_square,
    cast(coalesce(max(shared.both_mixed), 0) as bigint) as both_mixed,
    cast(coalesce(max(shared.both_mixed_back), 0) as bigint) as both_mixed_back,
    cast(coalesce(max(shared.both_size), 0) as bigint) as both_size
from of_side
cross join shared
group by of_side.side
order by of_side.side
