-- Mail that leaves by itself: what shall be sent when to whom, and each mail on its way.

-- One row per schedule that there is; one that is deleted goes, with who did it in the record.
create table mail_schedules (
    schedule_id varchar not null,
    title varchar not null,
    recipe varchar not null,            -- JSON: rhythm, recipients, what of the pack, which filters
    made_at timestamp not null,
    made_by varchar,
    is_paused boolean not null,
    considered_until timestamp not null -- occasions up to then are settled: queued, or passed over
);

-- One row per mail; of one that left or was given up the text is gone.
create table mails (
    mail_id varchar not null,           -- of kind, key and recipient: the same mail is never put in twice
    kind varchar not null,              -- what it is about; pack: computed when it is sent
    recipient varchar not null,         -- the address of a mailbox
    locale varchar not null,
    schedule_id varchar,                -- of packs
    occasion_at timestamp,              -- when it was due (UTC)
    letter varchar,                     -- JSON: subject, paragraphs, links; null: computed, or gone
    names_people boolean not null,      -- only for whoever may see people when it is sent
    queued_at timestamp not null,
    queued_by varchar,
    state varchar not null,             -- waiting, sending, sent, unsure, dead, dropped
    attempt_count integer not null,
    next_at timestamp not null,         -- not before
    handed_over_at timestamp,           -- the moment from which it may have arrived
    ended_at timestamp,
    problem varchar                     -- JSON: why the last attempt failed, as a sentence
);

-- The mark of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values (
    'mail_schedules',
    'schedule_id,title,recipe,made_at,made_by,is_paused,considered_until',
    0,
    md5('0')
);
