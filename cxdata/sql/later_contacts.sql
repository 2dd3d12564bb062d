-- Grain: one row. Contacts of the filters whose version that counts came with other files than
-- those named; corrected_count of them were there before.
-- Parameters: first_on, last_on, {contact_filters}, batches (the files that counted before).
select count(*) as row_count,
    count(*) filter (where outcome.contact_id in (
        select contact_id from contact_versions where batch_id in (select unnest($batches))
    )) as corrected_count
from contact_outcomes as outcome
join contacts as contact on outcome.contact_id = contact.contact_id
where outcome.opened_on between $first_on and $last_on
    and {contact_filters:outcome}
    and contact.batch_id not in (select unnest($batches))
