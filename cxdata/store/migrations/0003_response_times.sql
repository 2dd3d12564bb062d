-- Response times in full: standards with validity and for some contacts only, what became of
-- each contact, and the repeats.
drop table response_standards;
-- One row per standard and stretch of days in which it is in force. Of those that fit a contact
-- the one with the lowest number counts.
create table response_standards (
    standard_id integer not null,
    channel varchar not null,
    from_on date not null,
    until_on date not null,             -- not included
    audience varchar not null,          -- all, segment, region, journey, strategic
    audience_value varchar,             -- whose; null for all and strategic
    clock varchar not null,             -- elapsed, opening, business
    favourable_seconds double not null, -- in seconds of that clock
    limit_seconds double not null,
    is_strict boolean not null,         -- true: "less than"; false: "at most"
    abandon_rule varchar not null,      -- missed, ignored, short_ignored
    short_abandon_seconds double not null
);
-- Tiles all time: how far the firm's own time is ahead of UTC.
create table local_offsets (
    from_at timestamp not null,
    until_at timestamp not null,        -- not included
    offset_minutes integer not null
);

-- One row per contact: what became of it. Counted again with the daily counts, which read it.
create table contact_outcomes (
    contact_id varchar not null,
    customer_id varchar,
    initiated_by varchar not null,
    channel varchar not null,
    journey varchar, segment varchar, region varchar, product varchar,
    reason varchar,
    opened_at timestamp not null,
    opened_on date not null,
    local_hour tinyint,                 -- 0 to 23, the firm's time
    resolved_at timestamp,
    standard_id integer,
    outcome varchar,                    -- answered, abandoned, waiting; customers' own only
    status varchar,                     -- met, missed, not_yet_due, ignored; customers' own only
    wait_seconds double,                -- on the standard's clock, until answer, abandon or "now"
    wait_class varchar,                 -- favourable, limit, beyond, abandoned; null: not known yet
    score double,                       -- 0 to 100, of met and missed contacts
    due_at timestamp,                   -- of waiting contacts: when the favourable time ends
    now_at timestamp,                   -- of waiting contacts: up to when the file tells
    is_followed boolean not null,       -- a return of the customer would have been seen
    is_return boolean not null,         -- the same customer asked the same shortly before
    is_returned boolean not null,       -- of followed ones: the customer asked the same again
    is_switched boolean not null        -- of these: on another channel
);

alter table need_days add column first_count bigint default 0;          -- followed, no return
alter table need_days add column first_resolved_count bigint default 0; -- of those, settled by it
alter table need_days add column switched_count bigint default 0;       -- of repeated: other channel
