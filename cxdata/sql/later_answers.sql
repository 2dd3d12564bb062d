-- Grain: one row. Answers of the filters whose version that counts came with other files than those
-- named; corrected_count of them were there before.
-- Parameters: first_on, last_on, {answer_filters}, batches (the files that counted before).
select count(*) as row_count,
    count(*) filter (where response_id in (
        select response_id from response_versions where batch_id in (select unnest($batches))
    )) as corrected_count
from responses
where responded_on between $first_on and $last_on
    and {answer_filters}
    and batch_id not in (select unnest($batches))
