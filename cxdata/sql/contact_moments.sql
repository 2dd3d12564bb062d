-- Grain: one row, nulls without contacts. Parameters: none.
-- The first opening and the latest moment that any contact tells of, extract dates included:
-- the latter is the "now" of contacts whose file has no date of its own.
select
    min(contact.opened_at) as first_at,
    max(greatest(
        contact.opened_at,
        coalesce(contact.first_response_at, contact.opened_at),
        coalesce(contact.abandoned_at, contact.opened_at),
        coalesce(contact.resolved_at, contact.opened_at),
        coalesce(batch.extracted_at, contact.opened_at)
    )) as latest_at
from contacts as contact
left join batches as batch on contact.batch_id = batch.batch_id
