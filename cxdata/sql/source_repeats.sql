-- Grain: one row per comparison and side of it with NPS answers of customers who gave several in the
-- comparison; in that order. Reads facts. A side are the answers of some batches on some days.
-- Sums over these customers, of the side, and, both_, with the other side: of S S', S n', n S' and
-- n n'.
-- Parameters: first_on, last_on, {answer_filters},
-- batches, side_first_ons, side_last_ons, comparisons, sides (lists of one length: a batch, the days
-- that count, and the side of a comparison that these answers are).
with chosen as (
    select
        unnest($batches) as batch_id,
        unnest(cast($side_first_ons as date[])) as side_first_on,
        unnest(cast($side_last_ons as date[])) as side_last_on,
        unnest(cast($comparisons as bigint[])) as comparison,
        unnest(cast($sides as bigint[])) as side
),
of_side as (
    select
        chosen.comparison,
        chosen.side,
        response.customer_id,
        count(1) as n,
        sum({balance:response}) as s,
        sum(abs({balance:response})) as a
    from responses as response
    join chosen
        on response.batch_id = chosen.batch_id
        and response.responded_on >= chosen.side_first_on
        and response.responded_on <= chosen.side_last_on
    where response.responded_on between $first_on and $last_on
        and response.customer_id is not null
        and response.nps_score is not null
        and {answer_filters:response}
    group by chosen.comparison, chosen.side, response.customer_id
),
of_customer as (
    select comparison, customer_id, sum(n) as n, sum(s) as s
    from of_side
    group by comparison, customer_id
    having sum(n) > 1
),
joined as (
    select
        own.comparison,
        own.side,
        own.n,
        own.s,
        own.a,
        every.n - own.n as other_n,
        every.s - own.s as other_s
    from of_side as own
    join of_customer as every
        on own.comparison = every.comparison and own.customer_id = every.customer_id
)
select
    comparison,
    side,
    {repeat_sums},
    cast(sum(s * other_s) as bigint) as both_square,
    cast(sum(s * other_n) as bigint) as both_mixed,
    cast(sum(n * other_s) as bigint) as both_mixed_back,
    cast(sum(n * other_n) as bigint) as both_size
from joined
group by comparison, side
order by comparison, side
