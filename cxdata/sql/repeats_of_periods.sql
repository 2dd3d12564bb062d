-- Grain: one row per period (current, compared) in which customers gave several NPS answers, or
-- that shares customers with the other; current first.
-- Sums over the customers, in the period; earlier_: the answers that aren't their last in it; both_,
-- of those with answers in both periods: of S S', S n', n S' and n n', of their last answers alone
-- if last_only.
-- Parameters: first_on, last_on, compared_first_on, compared_last_on, {answer_filters}, last_only.
with answers as (
    select
        customer_number,
        case when answered_on between $first_on and $last_on then 1 else 2 end as side,
        {balance} as balance,
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
    {repeat_sums},
    {earlier_sums},
    cast(coalesce(max(shared.both_square), 0) as bigint) as both_square,
    cast(coalesce(max(shared.both_mixed), 0) as bigint) as both_mixed,
    cast(coalesce(max(shared.both_mixed_back), 0) as bigint) as both_mixed_back,
    cast(coalesce(max(shared.both_size), 0) as bigint) as both_size
from of_side
cross join shared
group by of_side.side
order by of_side.side
