-- What was changed last is what was stored last, whatever the clock said: each change has a
-- number. Rows of before are numbered in the order in which they were stored.
alter table settings_history add column change_number bigint default 0;
update settings_history set change_number = rowid + 1;
alter table journey_visions add column change_number bigint default 0;
update journey_visions set change_number = rowid + 1;
alter table scenarios add column change_number bigint default 0;
update scenarios set change_number = rowid + 1;
alter table import_profiles add column change_number bigint default 0;
update import_profiles set change_number = rowid + 1;

-- The version of the dashboard that gave the store its tables: what is needed to open it.
alter table store_info add column product_version varchar;
