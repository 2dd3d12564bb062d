-- Fills score_days. Grain: one row per survey, local day, combination of dimensions and NPS
-- score that was given. Parameters: days, those to count.
insert into score_days (
    answered_on, survey, {dimensions}, nps_score, answer_count
)
select
    responded_on as answered_on,
    survey,
    {dimensions},
    nps_score,
    count(*) as answers
from responses
where nps_score is not null and responded_on in (select unnest(cast($days as date[])))
group by responded_on, survey, {dimensions}, nps_score
