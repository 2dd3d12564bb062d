-- Fills term_days. Grain: one row per survey, local day, combination of dimensions and term with
-- comments that mention it, and the term '' for all comments that were read.
-- Parameters: minimum_count (rarer terms are left out: they could never be shown).
insert into term_days (
    answered_on, survey, segment, region, product, channel, journey, term,
    comment_count, promoter_count, passive_count, detractor_count
)
with mentions as (
    select
        response.responded_on,
        response.survey,
        response.segment,
        response.region,
        response.product,
        response.channel,
        response.journey,
        response.nps_score,
        comment_terms.term
    from comment_terms
    join responses as response
        on response.response_id = comment_terms.response_id
        and response.batch_id = comment_terms.batch_id
),
frequent as (
    select term
    from mentions
    group by term
    having count(1) >= $minimum_count or term = ''
)
select
    mentions.responded_on as answered_on,
    mentions.survey,
    mentions.segment,
    mentions.region,
    mentions.product,
    mentions.channel,
    mentions.journey,
    mentions.term,
    count(1) as comments,
    count(case when mentions.nps_score >= 9 then 1 end) as promoters,
    count(case when mentions.nps_score between 7 and 8 then 1 end) as passives,
    count(case when mentions.nps_score <= 6 then 1 end) as detractors
from mentions
join frequent on frequent.term = mentions.term
group by
    mentions.responded_on, mentions.survey, mentions.segment, mentions.region,
    mentions.product, mentions.channel, mentions.journey, mentions.term
