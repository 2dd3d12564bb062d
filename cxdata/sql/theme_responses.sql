-- Grain: one row per answer whose comment mentions the term, newest first, then by response_id.
-- Parameters: first_on, last_on, segment, region, product, channel, journey, survey, term.
select
    response.response_id
from comment_terms
join responses as response
    on response.response_id = comment_terms.response_id
    and response.batch_id = comment_terms.batch_id
where comment_terms.term = $term
    and response.responded_on between $first_on and $last_on
    and response.survey = $survey
    and (len($segment) = 0 or response.segment in (select unnest($segment)))
    and (len($region) = 0 or response.region in (select unnest($region)))
    and (len($product) = 0 or response.product in (select unnest($product)))
    and (len($channel) = 0 or response.channel in (select unnest($channel)))
    and (len($journey) = 0 or response.journey in (select unnest($journey)))
order by response.responded_at desc, response.response_id
