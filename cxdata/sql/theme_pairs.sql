-- Grain: one row per pair of the terms asked for that a comment mentions together, the first
-- before the second in the alphabet; by first, then second. Reads facts.
-- Parameters: first_on, last_on, {answer_filters}, terms.
with mentions as (
    select distinct comment.response_id, comment.batch_id, comment.term
    from responses as response
    join comment_terms as comment
        on comment.response_id = response.response_id
        and comment.batch_id = response.batch_id
    where comment.term in (select unnest($terms))
        and response.responded_on between $first_on and $last_on
        and {answer_filters:response}
)
select
    one.term as term,
    other.term as other_term,
    count(*) as both_count
from mentions as one
join mentions as other
    on other.response_id = one.response_id
    and other.batch_id = one.batch_id
    and other.term > one.term
group by one.term, other.term
order by one.term, other.term
