-- Grain: one row per period (1: current, 2: compared) and term with comments of customers who
-- commented more than once in it, and of the term '' for all their comments; by period, then term.
-- Reads facts. With n the comments of a customer that mention the term, and N all of the customer's:
-- square sums n (n - 1), mixed n (N - 1), repeated n - 1, of the comments of a class, of those of
-- promoters and detractors together (other), and of all, scored or not (comment). Without a name
-- before them: the sums of what the scored ones that mention it say, and, both_, with what the
-- customer's others say: S S', S n', n S' and n n'. rest_repeated is by how much fewer of the others
-- are repeated than of all.
-- Parameters: first_on, last_on, compared_first_on, compared_last_on, {answer_filters}.
with commented as (
    select
        response.response_id,
        response.batch_id,
        response.customer_id,
        case when response.responded_on between $first_on and $last_on then 1 else 2 end as side,
        case when response.nps_score >= 9 then 1 else 0 end as p,
        case when response.nps_score between 7 and 8 then 1 else 0 end as q,
        case when response.nps_score <= 6 then 1 else 0 end as d
    from responses as response
    join comment_terms as comment
        on comment.response_id = response.response_id
        and comment.batch_id = response.batch_id
        and comment.term = ''
    where response.customer_id is not null
        and (
            response.responded_on between $first_on and $last_on
            or response.responded_on between $compared_first_on and $compared_last_on
        )
        and {answer_filters:response}
),
often as (
    select side, customer_id, sum(p) as every_p, sum(q) as every_q, sum(d) as every_d,
        count(1) as every_c
    from commented
    group by side, customer_id
    having count(1) > 1
),
mentions as (
    select commented.side, mention.term, commented.customer_id,
        sum(commented.p) as p,
        sum(commented.q) as q,
        sum(commented.d) as d,
        count(1) as c
    from commented
    join often on often.side = commented.side and often.customer_id = commented.customer_id
    join comment_terms as mention
        on mention.response_id = commented.response_id
        and mention.batch_id = commented.batch_id
    where mention.term = '' or mention.term in (select term from term_labels)
    group by commented.side, mention.term, commented.customer_id
),
counted as (
    select
        mentions.side, mentions.term,
        p, q, d, c, every_p, every_q, every_d, every_c,
        p + d as o,
        every_p + every_d as every_o,
        p + q + d as n,
        p - d as s,
        every_p + every_q + every_d - p - q - d as other_n,
        every_p - every_d - p + d as other_s
    from mentions
    join often on often.side = mentions.side and often.customer_id = mentions.customer_id
)
select
    side,
    term,
    cast(sum(p * (p - 1)) as bigint) as promoter_square,
    cast(sum(p * (every_p - 1)) as bigint) as promoter_mixed,
    cast(sum(greatest(p - 1, 0)) as bigint) as promoter_repeated,
    cast(sum(q * (q - 1)) as bigint) as passive_square,
    cast(sum(q * (every_q - 1)) as bigint) as passive_mixed,
    cast(sum(greatest(q - 1, 0)) as bigint) as passive_repeated,
    cast(sum(d * (d - 1)) as bigint) as detractor_square,
    cast(sum(d * (every_d - 1)) as bigint) as detractor_mixed,
    cast(sum(greatest(d - 1, 0)) as bigint) as detractor_repeated,
    cast(sum(o * (o - 1)) as bigint) as other_square,
    cast(sum(o * (every_o - 1)) as bigint) as other_mixed,
    cast(sum(greatest(o - 1, 0)) as bigint) as other_repeated,
    cast(sum(c * (c - 1)) as bigint) as comment_square,
    cast(sum(c * (every_c - 1)) as bigint) as comment_mixed,
    cast(sum(c - 1) as bigint) as comment_repeated,
    cast(sum(s * s - o) as bigint) as square,
    cast(sum(s * (n - 1)) as bigint) as mixed,
    cast(sum(n * (n - 1)) as bigint) as size,
    cast(sum(greatest(n - 1, 0)) as bigint) as repeated,
    cast(sum(greatest(n + other_n - 1, 0) - greatest(other_n - 1, 0)) as bigint) as rest_repeated,
    cast(sum(s * other_s) as bigint) as both_square,
    cast(sum(s * other_n) as bigint) as both_mixed,
    cast(sum(n * other_s) as bigint) as both_mixed_back,
    cast(sum(n * other_n) as bigint) as both_size
from counted
group by side, term
order by side, term
