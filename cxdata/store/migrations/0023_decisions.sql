-- What people decided: one row per state that a decision has had, none is ever rewritten.
create table decisions (
    change_number bigint not null,      -- 1, 2, … over all decisions
    decision_id varchar not null,
    changed_at timestamp not null,      -- UTC
    changed_by varchar,                 -- null: not told
    note varchar,                       -- why it was changed or closed, if somebody said so
    text varchar not null,
    owner varchar not null,
    owner_email varchar,
    decided_on date not null,
    due_on date not null,
    status varchar not null,            -- open, done, dropped
    figure varchar,                     -- one of DECISION_FIGURES; null: about none
    filters varchar not null,           -- JSON: what of the figure it is about
    level_then varchar not null,        -- JSON: the figure on the day it was decided; {}: none
    goal double,                        -- in the figure's own unit
    root_cause varchar,                 -- a text, or the code of a case's cause
    snapshot_id varchar,
    scope varchar                       -- JSON: the rights that it was made with; null: all
);

-- The mark of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values (
    'decisions',
    'change_number,decision_id,changed_at,changed_by,note,text,owner,owner_email,decided_on,due_on,'
        || 'status,figure,filters,level_then,goal,root_cause,snapshot_id,scope',
    0,
    md5('0')
);
