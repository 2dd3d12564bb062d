-- Views that people keep under a name, and with which of them they start.

-- One row per saved view: a way to ask, never data. Who opens it sees what their own rights reach.
create table saved_views (
    view_id varchar not null,
    name varchar not null,
    owner varchar not null,             -- the reader who keeps it
    is_shared boolean not null,         -- whether everybody may open it
    page varchar not null,              -- its address; empty: the Overview
    query varchar not null,             -- JSON: what the address carries, name -> values
    saved_at timestamp not null
);
-- One row per reader who starts with a view; without a reader, what the others start with.
create table start_views (
    reader varchar,
    view_id varchar not null,
    set_at timestamp not null
);

-- The marks of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values
    ('saved_views', 'view_id,name,owner,is_shared,page,query,saved_at', 0, md5('0')),
    ('start_views', 'reader,view_id,set_at', 0, md5('0'));
