-- What people plan: what acting could bring, and what a journey could be.
-- One row per saved scenario; a newer one of the same name takes its place where it is shown.
create table scenarios (
    scenario_id varchar not null,
    name varchar not null,
    moves varchar not null,             -- JSON: what is moved, and by how much
    filters varchar not null,           -- JSON: what the figures are about
    figures varchar not null,           -- JSON: the money with its range, as it was when saved
    saved_at timestamp not null,
    saved_by varchar
);
-- One row per writing of a journey's view from the top; the newest counts.
create table journey_visions (
    journey varchar not null,
    vision varchar not null,            -- what level 6 would be, as its team wrote it
    needless_levels varchar not null,   -- JSON: the lower levels that it would make needless
    written_at timestamp not null,
    written_by varchar
);
