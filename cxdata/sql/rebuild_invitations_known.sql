-- Fills invitations_known. Grain: one row per survey that has invitations.
-- Parameters: time_zone (of the firm).
-- A file is known until its extract date or, without one, until the last moment in it, of whatever
-- survey; a survey until the last of its files.
insert into invitations_known (survey, known_on)
with files as (
    select version.batch_id,
        coalesce(
            max(cast((batch.extracted_at at time zone 'UTC') at time zone $time_zone as date)),
            max(greatest(
                version.sent_on,
                coalesce(
                    cast((version.opened_at at time zone 'UTC') at time zone $time_zone as date),
                    version.sent_on
                ),
                coalesce(
                    cast((version.answered_at at time zone 'UTC') at time zone $time_zone as date),
                    version.sent_on
                )
            ))
        ) as file_known_on
    from invitation_versions as version
    left join batches as batch on version.batch_id = batch.batch_id
    group by version.batch_id
),
held as (
    select distinct survey, batch_id from invitation_versions
)
select held.survey, max(files.file_known_on) as survey_known_on
from held
join files on held.batch_id = files.batch_id
group by held.survey
