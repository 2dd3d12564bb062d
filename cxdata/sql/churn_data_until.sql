-- Grain: one row, null without data. Parameters: $time_zone, of the firm.
-- The last day that the customers' history is known to. A start or end after the extract date
-- of the customers (where no file states one: after the day it was loaded) is an announcement.
with customer_files as (
    select max(cast((extracted_at at time zone 'UTC') at time zone $time_zone as date))
            as extracted_on,
        max(cast((loaded_at at time zone 'UTC') at time zone $time_zone as date)) as loaded_on
    from batches
    where kind = 'customers' and undone_at is null
),
limits as (
    select extracted_on, coalesce(extracted_on, loaded_on, date '9999-01-01') as limit_on
    from customer_files
),
known_days as (
    select extracted_on as known_on from limits
    union all
    select max(answered_on) as known_on from answer_days
    union all
    select max(opened_on) as known_on from contact_days
    union all
    select max(span.started_on) as known_on
    from customer_spans as span cross join limits
    where span.started_on > date '0001-01-01' and span.started_on <= limits.limit_on
    union all
    select max(span.ended_on) as known_on
    from customer_spans as span cross join limits
    where span.ended_on <= limits.limit_on
)
select max(known_on) as data_until from known_days
