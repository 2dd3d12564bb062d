-- Fills contacts_known. Grain: one row per channel that has contacts.
-- Parameters: time_zone (of the firm).
-- A file is known until its extract date or, without one, until the latest moment in it, on
-- whatever channel; a channel until the last of its files. A return can be told of contacts that
-- customers made, with customer, journey and reason; who asked, with customer and journey.
insert into contacts_known (channel, known_at, known_on, shows_returns, shows_askers)
with files as (
    select version.batch_id,
        coalesce(
            max(batch.extracted_at),
            max(greatest(
                version.opened_at,
                coalesce(version.first_response_at, version.opened_at),
                coalesce(version.abandoned_at, version.opened_at),
                coalesce(version.resolved_at, version.opened_at)
            ))
        ) as file_known_at
    from contact_versions as version
    left join batches as batch on version.batch_id = batch.batch_id
    group by version.batch_id
),
held as (
    select channel, batch_id,
        max(case
            when initiated_by = 'customer' and customer_id is not null and journey is not null
                and reason is not null
            then 1 else 0
        end) as returns,
        max(case
            when initiated_by = 'customer' and customer_id is not null and journey is not null
            then 1 else 0
        end) as asking
    from contact_versions
    group by channel, batch_id
),
channels as (
    select held.channel, max(files.file_known_at) as channel_known_at,
        max(held.returns) as returns, max(held.asking) as asking
    from held
    join files on held.batch_id = files.batch_id
    group by held.channel
)
select channel, channel_known_at,
    cast((channel_known_at at time zone 'UTC') at time zone $time_zone as date) as local_day,
    returns = 1 as has_returns, asking = 1 as has_askers
from channels
