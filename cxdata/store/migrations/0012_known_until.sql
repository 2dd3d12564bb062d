-- Up to when each kind of file tells, counted again whenever such a file comes or goes: each by its
-- own extract date or, without one, by the last moment in it. Never by another kind's files.

-- One row per survey that has answers.
create table answers_known (
    survey varchar not null,
    known_on date not null              -- the last known day
);
-- One row per channel that has contacts.
create table contacts_known (
    channel varchar not null,
    known_at timestamp not null,        -- the last known moment
    known_on date not null,             -- its local day
    shows_returns boolean not null,     -- some of its contacts of customers can be told as returns
    shows_askers boolean not null       -- of some, customer and journey are known
);
-- One row per batch of customers.
create table customers_known (
    batch_id bigint not null,
    known_on date,                      -- the last known day; null: nothing says it
    ends varchar not null,              -- told: by their day; flagged: on the day of the extract; none
    lost_count bigint not null,         -- current customers of the batch that have an end
    current_count bigint not null
);
