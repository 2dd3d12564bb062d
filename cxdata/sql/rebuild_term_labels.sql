-- Fills term_labels. Grain: one row per term of at least minimum_count comments (rarer ones could
-- never be shown), without ''; of labels that are equally frequent the shortest, then the first.
-- Parameters: minimum_count.
insert into term_labels (term, label)
with labels as (
    select
        comment_terms.term,
        comment_terms.label,
        count(1) as comments,
        sum(count(1)) over (partition by comment_terms.term) as term_comments,
        row_number() over (
            partition by comment_terms.term
            order by count(1) desc, length(comment_terms.label), comment_terms.label
        ) as place
    from comment_terms
    join responses as response
        on response.response_id = comment_terms.response_id
        and response.batch_id = comment_terms.batch_id
    where comment_terms.term <> ''
    group by comment_terms.term, comment_terms.label
)
select term, label
from labels
where place = 1 and term_comments >= $minimum_count
