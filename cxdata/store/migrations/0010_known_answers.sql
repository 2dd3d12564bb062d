-- What the file of each batch of contacts tells, made again with the counts: whether it says when
-- contacts were answered, and which of its moments are days without a time, with commas between
-- them.
create table contact_sources (
    batch_id bigint not null,
    knows_answers boolean not null,
    day_fields varchar not null
);
-- Whether the times of day are known: false where the file has only days.
alter table contact_outcomes add column is_timed boolean default true;
-- Of customers' own contacts: no file says whether they were answered; or the file has days only,
-- and the standard is in seconds, minutes or hours. Neither is met, missed or not yet due.
alter table contact_days add column unknown_count bigint default 0;
alter table contact_days add column untimed_count bigint default 0;
-- Whether the favourable time is whole days of its clock, so that days without times can tell.
alter table response_standards add column is_in_days boolean default false;
