-- Grain: one row, zeros without comments: all comments that were read, and how many people wrote
-- them: customers, and each comment without one. Reads facts for these.
-- Parameters: first_on, last_on, {answer_filters}.
with people as (
    select count(
        distinct coalesce('customer ' || response.customer_id, 'comment ' || response.response_id)
    ) as commenting
    from responses as response
    join comment_terms as comment
        on comment.response_id = response.response_id
        and comment.batch_id = response.batch_id
        and comment.term = ''
    where response.responded_on between $first_on and $last_on
        and {answer_filters:response}
),
counts as (
    select
        coalesce(sum(comment_count), 0) as comments,
        coalesce(sum(promoter_count), 0) as promoters,
        coalesce(sum(passive_count), 0) as passives,
        coalesce(sum(detractor_count), 0) as detractors
    from term_days
    where term = ''
        and answered_on between $first_on and $last_on
        and {answer_filters}
)
select
    cast(counts.comments as bigint) as comments,
    cast(counts.promoters as bigint) as promoters,
    cast(counts.passives as bigint) as passives,
    cast(counts.detractors as bigint) as detractors,
    people.commenting as people
from counts
cross join people
