-- Fills term_days. Grain: one row per survey, local day, combination of dimensions and term with
-- comments that mention it, by day; terms of term_labels, and '' for all comments that were
-- read. Parameters: none.
insert into term_days (
    answered_on, survey, segment, region, product, channel, journey, term,
    comment_count, promoter_count, passive_count, detractor_count
)
select
    response.responded_on as answered_on,
    response.survey,
    response.segment,
    response.region,
    response.product,
    response.channel,
    response.journey,
    comment_terms.term,
    count(1) as comments,
    count(case when response.nps_score >= 9 then 1 end) as promoters,
    count(case when response.nps_score between 7 and 8 then 1 end) as passives,
    count(case when response.nps_score <= 6 then 1 end) as detractors
from comment_terms
join responses as response
    on response.response_id = comment_terms.response_id
    and response.batch_id = comment_terms.batch_id
left join term_labels on term_labels.term = comment_terms.term
where term_labels.term is not null or comment_terms.term = ''
group by
    response.responded_on, response.survey, response.segment, response.region,
    response.product, response.channel, response.journey, comment_terms.term
order by response.responded_on
