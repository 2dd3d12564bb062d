-- Fills term_labels. Grain: one row per term in the comments of at least minimum_count people (rarer
-- ones could never be shown), without ''; of labels that are equally frequent the shortest, then the
-- first. Comments of one customer are of one person, one without a customer is of one.
-- Parameters: minimum_count.
insert into term_labels (term, label)
with mentions as (
    select
        comment_terms.term,
        comment_terms.label,
        coalesce(
            response.customer_id, 'without ' || response.response_id || ' ' || response.batch_id
        ) as person
    from comment_terms
    join responses as response
        on response.response_id = comment_terms.response_id
        and response.batch_id = comment_terms.batch_id
    where comment_terms.term <> ''
),
people as (
    select term, count(distinct person) as term_people
    from mentions
    group by term
),
labels as (
    select
        term,
        label,
        row_number() over (
            partition by term order by count(1) desc, length(label), label
        ) as place
    from mentions
    group by term, label
)
select labels.term, labels.label
from labels
join people on labels.term = people.term
where labels.place = 1 and people.term_people >= $minimum_count
