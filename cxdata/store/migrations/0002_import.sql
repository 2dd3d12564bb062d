-- The import in full: what reasons are filled with, rows that are no answers, scales of ratings,
-- how files are read, and spellings of the firm's own.
alter table refused_rows add column reason_values varchar default '{}';  -- JSON; fills the reason
alter table batches add column left_out_count bigint default 0;
alter table rating_versions add column scale tinyint;                    -- 5 or 10; null: unknown

create or replace view ratings as
select rating.response_id, rating.touchpoint, rating.score, rating.scale, rating.batch_id
from rating_versions as rating
join response_versions as response
    on rating.response_id = response.response_id and rating.batch_id = response.batch_id
where response.is_current;

-- One row per saved way to read the files of one shape.
create table import_profiles (
    name varchar not null,              -- what people call it; unique
    shape varchar not null,             -- hash of the headers in plain form; the newest of a shape wins
    kind varchar not null,
    choices varchar not null,           -- JSON: mapping, sheet, date order and all else that was said
    headers varchar not null,           -- JSON: the headers as the file had them
    saved_at timestamp not null,
    saved_by varchar
);

-- One row per spelling that the firm wants read as a value: its own channels, segments and so on.
create table value_spellings (
    field varchar not null,             -- channel, segment, region, product, journey, reason, survey, initiated_by
    spelling varchar not null,          -- as it stands in files; compared in plain form
    value varchar not null,             -- as it is stored
    changed_at timestamp not null,
    changed_by varchar
);
