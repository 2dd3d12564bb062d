-- Grain: one row per batch and day with NPS answers, by day, then batch. Reads facts.
-- Parameters: first_on, last_on, {answer_filters} (empty lists: all).
select
    batches.batch_id,
    batches.file_name,
    batches.mapping,
    response.responded_on as answered_on,
    cast(count(*) as bigint) as answers,
    cast(sum(case when response.nps_score >= 9 then 1 else 0 end) as bigint) as promoters,
    cast(sum(case when response.nps_score between 7 and 8 then 1 else 0 end) as bigint)
        as passives,
    cast(sum(case when response.nps_score <= 6 then 1 else 0 end) as bigint) as detractors
from responses as response
join batches on response.batch_id = batches.batch_id
where response.responded_on between $first_on and $last_on
    and response.nps_score is not null
    and {answer_filters:response}
group by batches.batch_id, batches.file_name, batches.mapping, response.responded_on
order by response.responded_on, batches.batch_id
