-- What people say of comments: what kind one is, and what was done about a suggestion.

-- One row per thing said, never rewritten; of each answer and field the last one counts.
create table comment_notes (
    response_id varchar not null,
    change_number bigint not null,      -- 1, 2, 3, … over all rows
    changed_at timestamp not null,
    changed_by varchar,
    field varchar not null,             -- kind, reply
    guess varchar not null,             -- the kind that the rules gave it then
    is_drawn boolean not null,          -- the comment was drawn by chance, to be checked
    value varchar                       -- the kind, or the text; empty: taken back
);

-- The mark of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values
    ('comment_notes', 'response_id,change_number,changed_at,changed_by,field,guess,is_drawn,value', 0, md5('0'));
