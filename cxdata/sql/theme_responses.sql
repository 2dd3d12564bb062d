-- Grain: one row per answer whose comment mentions the term, newest first, then by response_id.
-- Parameters: first_on, last_on, {answer_filters}, term.
select
    response.response_id
from comment_terms
join responses as response
    on response.response_id = comment_terms.response_id
    and response.batch_id = comment_terms.batch_id
where comment_terms.term = $term
    and response.responded_on between $first_on and $last_on
    and {answer_filters:response}
order by response.responded_at desc, response.response_id
