-- Fills customers_known. Grain: one row per batch that brought customers.
-- Parameters: time_zone (of the firm).
-- A file is known until its extract date. Without one, a file that tells ends is known until the
-- last start or end in it (later than the day it was loaded: an announcement), any other until
-- the day it was loaded. flagged: it marks who is lost without a day, so that all ends fall on the
-- day of the extract; none: it says nothing of ends. What was put in without a mapping tells ends.
insert into customers_known (batch_id, known_on, ends, lost_count, current_count)
with files as (
    select version.batch_id,
        max(cast((batch.extracted_at at time zone 'UTC') at time zone $time_zone as date))
            as extracted_on,
        max(cast((batch.loaded_at at time zone 'UTC') at time zone $time_zone as date))
            as loaded_on,
        coalesce(max(batch.mapping), '') as mapping
    from (select distinct batch_id from customer_versions) as version
    left join batches as batch on version.batch_id = batch.batch_id
    group by version.batch_id
),
counted as (
    select files.batch_id, files.extracted_on, files.loaded_on, files.mapping,
        min(version.ended_on) as first_end_on,
        max(version.ended_on) as last_end_on,
        max(case
            when version.started_on <= coalesce(files.loaded_on, version.started_on)
            then version.started_on
        end) as known_start_on,
        max(case
            when version.ended_on <= coalesce(files.loaded_on, version.ended_on)
            then version.ended_on
        end) as known_end_on,
        count(case when version.is_current and version.ended_on is not null then 1 end) as losses,
        count(case when version.is_current then 1 end) as held
    from files
    join customer_versions as version on files.batch_id = version.batch_id
    group by files.batch_id, files.extracted_on, files.loaded_on, files.mapping
),
told as (
    select batch_id, extracted_on, loaded_on, losses, held,
        greatest(
            coalesce(known_start_on, known_end_on), coalesce(known_end_on, known_start_on)
        ) as last_event_on,
        case
            when mapping like '%"is_lost": %' and (
                first_end_on is null
                or (first_end_on = extracted_on and last_end_on = extracted_on)
            ) then 'flagged'
            when length(mapping) <= 2 or mapping like '%"ended_on": %' or mapping like '%"is_lost": %'
            then 'told'
            else 'none'
        end as kind_of_ends
    from counted
)
select batch_id,
    coalesce(
        extracted_on, case when kind_of_ends <> 'none' then last_event_on end, loaded_on,
        last_event_on
    ) as file_known_on,
    kind_of_ends, losses, held
from told
