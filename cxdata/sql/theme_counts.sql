-- Grain: one row per term that at least minimum_count comments mention in the period or in the
-- compared one, and one of the term '' for all comments that were read, if there are any; by
-- term. Its label is null for ''.
-- Parameters: first_on, last_on, compared_first_on, compared_last_on, {answer_filters},
-- minimum_count.
with counts as (
    select
        term,
        answered_on between $first_on and $last_on as is_current,
        comment_count,
        promoter_count,
        passive_count,
        detractor_count
    from term_days
    where (
        answered_on between $first_on and $last_on
        or answered_on between $compared_first_on and $compared_last_on
    )
    and {answer_filters}
),
themes as (
    select
        term,
        sum(case when is_current then comment_count else 0 end) as comments,
        sum(case when is_current then promoter_count else 0 end) as promoters,
        sum(case when is_current then passive_count else 0 end) as passives,
        sum(case when is_current then detractor_count else 0 end) as detractors,
        sum(case when is_current then 0 else comment_count end) as compared_comments,
        sum(case when is_current then 0 else promoter_count end) as compared_promoters,
        sum(case when is_current then 0 else passive_count end) as compared_passives,
        sum(case when is_current then 0 else detractor_count end) as compared_detractors
    from counts
    group by term
)
select
    themes.term,
    term_labels.label,
    cast(themes.comments as bigint) as comments,
    cast(themes.promoters as bigint) as promoters,
    cast(themes.passives as bigint) as passives,
    cast(themes.detractors as bigint) as detractors,
    cast(themes.compared_comments as bigint) as compared_comments,
    cast(themes.compared_promoters as bigint) as compared_promoters,
    cast(themes.compared_passives as bigint) as compared_passives,
    cast(themes.compared_detractors as bigint) as compared_detractors
from themes
left join term_labels on term_labels.term = themes.term
where themes.comments >= $minimum_count
    or themes.compared_comments >= $minimum_count
    or themes.term = ''
order by themes.term
