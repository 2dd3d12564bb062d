-- Fills answer_days. Grain: one row per survey, local day and combination of dimensions that
-- has answers. Parameters: days, those to count.
insert into answer_days (
    answered_on, survey, {dimensions},
    answer_count, promoter_count, passive_count, detractor_count,
    csat_count, csat_satisfied_count, csat_score_sum, ces_count, ces_score_sum,
    ces_easy_count, ces7_count, ces7_score_sum, ces7_easy_count
)
select
    responded_on as answered_on,
    survey,
    {dimensions},
    count(nps_score) as answers,
    count(case when nps_score >= 9 then 1 end) as promoters,
    count(case when nps_score between 7 and 8 then 1 end) as passives,
    count(case when nps_score <= 6 then 1 end) as detractors,
    count(csat_score) as csat_answers,
    count(case when csat_score >= 4 then 1 end) as csat_satisfied,
    coalesce(sum(csat_score), 0) as csat_sum,
    count(case when ces_scale = 5 then ces_score end) as ces_answers,
    coalesce(sum(case when ces_scale = 5 then ces_score end), 0) as ces_sum,
    count(case when ces_scale = 5 and ces_score <= 2 then 1 end) as ces_easy,
    count(case when ces_scale = 7 then ces_score end) as ces7_answers,
    coalesce(sum(case when ces_scale = 7 then ces_score end), 0) as ces7_sum,
    count(case when ces_scale = 7 and ces_score <= 3 then 1 end) as ces7_easy
from responses
where responded_on in (select unnest(cast($days as date[])))
group by responded_on, survey, {dimensions}
