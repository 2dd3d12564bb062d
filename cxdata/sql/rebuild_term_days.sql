-- Fills term_days. Grain: one row per survey, local day, combination of dimensions and term with
-- comments that mention it, by day; terms of term_labels, and '' for all comments that were
-- read. Parameters: days, those to count; a term of which term_days has nothing is counted on
-- all days. Combinations and terms are counted by number: there may be as many counts as mentions.
insert into term_days (
    answered_on, survey, {dimensions}, term,
    comment_count, promoter_count, passive_count, detractor_count
)
with shown_terms as (
    select term from term_labels
    union all
    select '' as term
),
shown as (
    select shown_terms.term, row_number() over (order by shown_terms.term) as term_number,
        counted_terms.term is not null as is_known
    from shown_terms
    left join (select distinct term from term_days) as counted_terms
        on shown_terms.term = counted_terms.term
),
commented as (
    select response_id, batch_id, nps_score,
        responded_on, survey, {dimensions},
        responded_on in (select unnest(cast($days as date[]))) as is_counted,
        dense_rank() over (
            order by responded_on, survey, {dimensions}
        ) as place_number
    from responses
    where comment is not null
),
places as (
    select distinct
        place_number, responded_on, survey, {dimensions}
    from commented
),
counted as (
    select commented.place_number, shown.term_number,
        count(1) as comments,
        count(case when commented.nps_score >= 9 then 1 end) as promoters,
        count(case when commented.nps_score between 7 and 8 then 1 end) as passives,
        count(case when commented.nps_score <= 6 then 1 end) as detractors
    from comment_terms
    join shown on shown.term = comment_terms.term
    join commented
        on commented.response_id = comment_terms.response_id
        and commented.batch_id = comment_terms.batch_id
    where commented.is_counted or not shown.is_known
    group by commented.place_number, shown.term_number
    order by commented.place_number
)
select
    places.responded_on as answered_on,
    places.survey,
    {dimensions:places},
    shown.term,
    counted.comments,
    counted.promoters,
    counted.passives,
    counted.detractors
from counted
join places on places.place_number = counted.place_number
join shown on shown.term_number = counted.term_number
