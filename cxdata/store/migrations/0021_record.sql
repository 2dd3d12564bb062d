-- Who did what with people's data, and who was erased.

-- One row per act. The program only adds rows; what is older than the settings say goes by itself.
create table acts (
    act_id varchar not null,
    done_at timestamp not null,
    done_by varchar not null,           -- the reader's name; of commands the user of the system
    place varchar not null,             -- the page or command
    act varchar not null,               -- one of ACTS in cxdata/record/acts.py
    filters varchar not null,           -- JSON: what of it was chosen
    details varchar not null            -- JSON: which list, file or import, and how much
);

-- One row per identifier of a person who was erased: a keyed hash, from which it can't be read. An
-- import knows the person by it and takes the row without them.
create table erasures (
    key_hash varchar not null,
    erased_at timestamp not null
);
-- One row once anybody was erased; more where a restore brought erasures of another store.
create table erasure_key (
    key varchar not null
);
