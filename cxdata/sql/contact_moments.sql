-- Grain: one row, nulls without contacts. Parameters: none.
-- The first opening and the latest moment that any contact tells of, extract dates included:
-- how far the clocks have to run. Versions that were replaced count, too.
select
    min(contact.opened_at) as first_at,
    max(greatest(
        contact.opened_at,
        coalesce(contact.first_response_at, contact.opened_at),
        coalesce(contact.abandoned_at, contact.opened_at),
        coalesce(contact.resolved_at, contact.opened_at),
        coalesce(batch.extracted_at, contact.opened_at)
    )) as latest_at
from contact_versions as contact
left join batches as batch on contact.batch_id = batch.batch_id
