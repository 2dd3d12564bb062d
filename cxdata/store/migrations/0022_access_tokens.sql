-- Tokens with which other systems ask the running dashboard.

-- One row per token that was made; the token itself is kept nowhere.
create table access_tokens (
    token_id varchar not null,
    name varchar not null,              -- of the system that it was made for
    role varchar not null,              -- reader, manager, administrator
    scope varchar not null,             -- JSON: dimension -> the values it may see; {}: everything
    may_see_people boolean not null,    -- names, comments and lists of people
    hash_key varchar not null,
    hash varchar not null,              -- keyed hash of the token's secret part
    created_at timestamp not null,
    created_by varchar,
    valid_until timestamp not null,
    last_used_on date,
    revoked_at timestamp
);

-- The mark of no rows (cxdata/store/marks.py).
insert into table_marks (table_name, columns, row_count, mark)
values (
    'access_tokens',
    'token_id,name,role,scope,may_see_people,hash_key,hash,created_at,created_by,valid_until,'
        || 'last_used_on,revoked_at',
    0,
    md5('0')
);
