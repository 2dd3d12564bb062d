-- With which rights people made what they keep beside the figures, as JSON: dimension -> values.
-- Null: with rights to everything. It opens only to who may see at least as much.
alter table annotations add column scope varchar;
alter table scenarios add column scope varchar;
alter table snapshots add column scope varchar;
