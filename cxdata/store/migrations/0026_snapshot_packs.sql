-- Whole packs beside a snapshot's figures, and choices for packs that are kept under a name.

alter table snapshots add column note varchar;
-- JSON: what it was made from (cxdata/followup/snapshots.py); null before this version.
alter table snapshots add column made_with varchar;

-- One row per snapshot and language. The program only adds rows; who is erased, or past the time
-- that names are kept, is taken out of them.
create table snapshot_packs (
    snapshot_id varchar not null,
    locale varchar not null,
    format integer not null,            -- of the documents (cxdata/pack/stored.py)
    pack varchar not null,              -- JSON, compressed if long
    people varchar                      -- likewise, its figures that list people; null: none
);

-- One row per choice of sections, order, language and names that is kept.
create table pack_choices (
    choice_id varchar not null,
    name varchar not null,
    owner varchar,                      -- whose own it is; null: everybody's
    choice varchar not null,            -- JSON
    changed_at timestamp not null,
    changed_by varchar
);

-- The marks of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values
    ('snapshot_packs', 'snapshot_id,locale,format,pack,people', 0, md5('0')),
    ('pack_choices', 'choice_id,name,owner,choice,changed_at,changed_by', 0, md5('0'));
