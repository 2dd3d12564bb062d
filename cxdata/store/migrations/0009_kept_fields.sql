-- What a version took over from the one before it, because its file says nothing of it: the names
-- of these fields with commas between them; null where the version is the first of its row, or an
-- earlier dashboard brought it. An undo makes them again from what is left.
alter table customer_versions add column kept_fields varchar;
alter table response_versions add column kept_fields varchar;
alter table contact_versions add column kept_fields varchar;
alter table assessment_versions add column kept_fields varchar;
-- Whether a rating was taken over so; null: its own file says it.
alter table rating_versions add column is_kept boolean;
