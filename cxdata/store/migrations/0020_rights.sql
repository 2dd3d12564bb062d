-- Who may do and see what.

-- One row per change of somebody's rights, never rewritten; of each subject the last one counts.
create table rights_changes (
    change_number bigint not null,      -- 1, 2, 3, … in the order in which they were made
    subject_kind varchar not null,      -- person, group
    subject varchar not null,           -- a person's name in lower case, a group's as the login says it
    role varchar,                       -- reader, manager, administrator; null: taken away
    scope varchar not null,             -- JSON: dimension -> the values that may be seen; {}: all
    may_see_people boolean not null,    -- names, comments and lists of people
    until_on date,                      -- the last day on which it counts; null: for good
    changed_at timestamp not null,
    changed_by varchar                  -- null: not told
);
insert into table_marks
values ('rights_changes',
    'change_number,subject_kind,subject,role,scope,may_see_people,until_on,changed_at,changed_by',
    0, md5('0'));
