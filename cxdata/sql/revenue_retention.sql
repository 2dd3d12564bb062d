-- Grain: one row, also without customers.
-- Customers active before $first_on whose yearly revenue is known both by the extracts up to
-- $start_known_on and by those up to $end_known_on; who left by $last_on has none at the end.
-- start_count: all active before $first_on that the earlier extracts know. Sums over customers: s,
-- the revenue at the start; e, at the end; k, what of s was kept, the lesser of both; and of their
-- products; er: of e times e / s.
-- Parameters: $first_on, $last_on, $start_known_on, $end_known_on, {customer_filters} (empty: all).
with told as (
    select version.*, known.known_on
    from customer_versions as version
    join customers_known as known on version.batch_id = known.batch_id
    where known.known_on <= $end_known_on
),
ranked as (
    select told.*,
        row_number() over (
            partition by customer_id order by known_on desc, batch_id desc
        ) as place_from_last,
        row_number() over (
            partition by customer_id
            order by case when known_on <= $start_known_on then 0 else 1 end, known_on desc,
                batch_id desc
        ) as place_at_start
    from told
),
at_start as (
    select ranked.* from ranked
    where place_at_start = 1 and known_on <= $start_known_on
),
amounts as (
    select started.annual_revenue_amount as s,
        case
            when ended.ended_on <= $last_on then 0 else ended.annual_revenue_amount
        end as e
    from at_start as started
    join ranked as ended
        on started.customer_id = ended.customer_id and ended.place_from_last = 1
    where coalesce(ended.started_on, started.started_on, date '0001-01-01') < $first_on
        and (ended.ended_on is null or ended.ended_on >= $first_on)
        and {customer_filters:started}
),
both_known as (
    select s, e, least(s, e) as k from amounts where s is not null and e is not null
)
select
    (select count(*) from amounts) as start_count,
    count(*) as known_count,
    coalesce(sum(s), 0) as s,
    coalesce(sum(e), 0) as e,
    coalesce(sum(k), 0) as k,
    coalesce(sum(s * s), 0) as ss,
    coalesce(sum(s * e), 0) as se,
    coalesce(sum(e * e), 0) as ee,
    coalesce(sum(s * k), 0) as sk,
    coalesce(sum(k * k), 0) as kk,
    coalesce(sum(e * e / nullif(s, 0)), 0) as er
from both_known
