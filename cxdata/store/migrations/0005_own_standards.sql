-- How many contacts were judged by a standard of their own: that of a segment, region or
-- journey, or of strategic accounts.
alter table contact_days add column if not exists own_standard_count bigint default 0;
