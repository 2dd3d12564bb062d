-- Whether the file of a batch says when contacts were resolved. One that doesn't isn't one of
-- contacts that nobody resolved.
alter table contact_sources add column knows_resolutions boolean default true;
-- Of the contact: some file of it says so, on a channel on which anything was ever resolved.
alter table contact_outcomes add column is_resolution_known boolean default true;
alter table contact_days add column resolution_known_count bigint default 0;
