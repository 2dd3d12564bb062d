-- Cases of people who are called back, with all that was ever done to them; rules that open cases.

-- One row per case. What it is about: an answer, a contact, a customer, or a group (about, about_value).
alter table cases add column case_number bigint;       -- 1, 2, 3, … as people name it
alter table cases add column contact_id varchar;
alter table cases add column batch_id bigint;          -- of the import that opened it; null: by hand
alter table cases add column about varchar;            -- segment, channel, theme; null: one of the above
alter table cases add column about_value varchar;
alter table cases add column fired_on date;            -- the day of what the rule saw
alter table cases add column facts varchar default '{}'; -- JSON: what the rule saw, without names
alter table cases add column status varchar default 'open'; -- open, contacted, no_answer, resolved, closed, withdrawn
alter table cases add column severity varchar default 'normal'; -- urgent, normal, low
alter table cases add column root_cause varchar;
alter table cases add column opened_by varchar;        -- null: by a rule
alter table cases add column revision bigint default 1; -- grows with each change
alter table cases add column changed_at timestamp;
update cases
set case_number = numbered.place,
    status = case
        when cases.closed_at is not null then 'closed'
        when cases.first_contact_at is not null then 'contacted'
        else 'open'
    end
from (
    select case_id, row_number() over (order by opened_at, case_id) as place from cases
) as numbered
where numbered.case_id = cases.case_id;

-- One row per field of a case that was changed, never rewritten.
create table case_history (
    case_id varchar not null,
    revision bigint not null,           -- of the case, after the change
    changed_at timestamp not null,
    changed_by varchar,                 -- null: by a rule, or an undone import
    field varchar not null,             -- status, owner_email, note, …
    value_before varchar,
    value_after varchar
);

-- One row per change of a rule, never rewritten; of each rule the last one counts.
alter table alert_rules add column change_number bigint default 0;

-- One row per rule and import that would have opened more cases than the settings allow.
create table held_alerts (
    hold_id varchar not null,
    rule varchar not null,
    batch_id bigint not null,
    case_count bigint not null,
    held_at timestamp not null,
    decided_at timestamp,               -- null: it waits for a yes or a no
    decided_by varchar,
    is_taken boolean
);

-- The mark of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values
    ('case_history', 'case_id,revision,changed_at,changed_by,field,value_before,value_after', 0, md5('0')),
    ('held_alerts', 'hold_id,rule,batch_id,case_count,held_at,decided_at,decided_by,is_taken', 0, md5('0'));
