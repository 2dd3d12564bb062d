-- The store as of schema version 1. Times are UTC and end in _at; days end in _on and are
-- calendar days of the firm's own time zone. Every fact row carries the batch that brought
-- it. A *_versions table keeps every version of a row; the view of the plain name shows the
-- current one, so undoing a batch brings back exactly what it had replaced.

-- One row. counted_with: fingerprint of the settings that the day tables were counted with.
create table store_info (
    schema_version integer not null, data_version bigint not null, counted_with varchar not null
);
insert into store_info values (1, 0, '');

create sequence batch_ids;

-- One row per file that was taken.
create table batches (
    batch_id bigint not null,
    file_name varchar not null,
    sha256 varchar not null,
    kind varchar not null,              -- responses, contacts, customers, assessments
    loaded_by varchar,
    loaded_at timestamp not null,
    extracted_at timestamp,             -- what "now" is for the states in the file, if known
    mapping varchar not null,           -- JSON: field -> the file's column, and fixed values
    row_count bigint not null,
    accepted_count bigint not null,
    corrected_count bigint not null,
    replaced_count bigint not null,
    refused_count bigint not null,
    duplicate_count bigint not null,
    undone_at timestamp
);

-- One row per refused value of a batch.
create table refused_rows (
    batch_id bigint not null,
    line bigint not null,
    "column" varchar not null,
    value varchar not null,
    reason varchar not null             -- English; translated when shown
);

-- One row per customer and batch that brought a version of it.
create table customer_versions (
    customer_id varchar not null,
    name varchar,
    segment varchar,
    region varchar,
    product varchar,
    is_strategic boolean,
    owner_email varchar,
    started_on date,
    ended_on date,
    end_reason varchar,
    annual_revenue_amount double,
    batch_id bigint not null,
    content_hash ubigint not null,
    is_current boolean not null
);

-- One row per answer and batch that brought a version of it.
create table response_versions (
    response_id varchar not null,
    customer_id varchar,
    responded_at timestamp not null,
    responded_on date not null,
    survey varchar not null,            -- relationship, transactional, benchmark
    journey varchar,
    channel varchar,                    -- call, email, chat, social
    nps_score tinyint,                  -- 0 to 10
    csat_score tinyint,                 -- 1 to 5, 5 is best
    ces_score tinyint,                  -- 1 to ces_scale, 1 is least effort
    ces_scale tinyint,                  -- 5 or 7
    comment varchar,
    language varchar,
    segment varchar,
    region varchar,
    product varchar,
    batch_id bigint not null,
    content_hash ubigint not null,
    is_current boolean not null
);

-- One row per rated touchpoint of an answer; belongs to the version with the same batch_id.
create table rating_versions (
    response_id varchar not null,
    touchpoint varchar not null,
    score tinyint not null,
    batch_id bigint not null
);

-- One row per term of an answer's comment; belongs to the version with the same batch_id. Each
-- comment that was read has the term '' besides.
create table comment_terms (
    response_id varchar not null,
    batch_id bigint not null,
    term varchar not null,              -- language and stems: fr:retard livraison, fr:!livr
    label varchar not null              -- the words as this comment has them, in lower case
);

-- One row per contact and batch that brought a version of it.
create table contact_versions (
    contact_id varchar not null,
    customer_id varchar,
    channel varchar not null,           -- call, email, chat, social
    journey varchar,
    reason varchar,
    initiated_by varchar not null,      -- customer, company, automatic
    opened_at timestamp not null,
    opened_on date not null,
    first_response_at timestamp,
    abandoned_at timestamp,
    resolved_at timestamp,
    segment varchar,
    region varchar,
    product varchar,
    batch_id bigint not null,
    content_hash ubigint not null,
    is_current boolean not null
);

-- One row per assessed indicator of a journey, its day and batch.
create table assessment_versions (
    assessment_id varchar not null,     -- journey, indicator and day together
    journey varchar not null,
    level tinyint not null,             -- 1 to 6
    indicator varchar not null,
    value double not null,
    assessed_on date not null,
    assessed_by varchar not null,
    evidence varchar,
    batch_id bigint not null,
    content_hash ubigint not null,
    is_current boolean not null
);

create view customers as
select customer_id, name, segment, region, product, is_strategic, owner_email, started_on,
    ended_on, end_reason, annual_revenue_amount, batch_id
from customer_versions where is_current;

create view responses as
select response_id, customer_id, responded_at, responded_on, survey, journey, channel,
    nps_score, csat_score, ces_score, ces_scale, comment, language, segment, region, product,
    batch_id
from response_versions where is_current;

create view ratings as
select rating.response_id, rating.touchpoint, rating.score, rating.batch_id
from rating_versions as rating
join response_versions as response
    on rating.response_id = response.response_id and rating.batch_id = response.batch_id
where response.is_current;

create view contacts as
select contact_id, customer_id, channel, journey, reason, initiated_by, opened_at, opened_on,
    first_response_at, abandoned_at, resolved_at, segment, region, product, batch_id
from contact_versions where is_current;

create view assessments as
select journey, level, indicator, value, assessed_on, assessed_by, evidence, batch_id
from assessment_versions where is_current;

-- Closing the loop and the board pack; written by the pages that follow.
create table cases (
    case_id varchar not null, response_id varchar, customer_id varchar, rule varchar,
    owner_email varchar, opened_at timestamp not null, due_at timestamp,
    first_contact_at timestamp, closed_at timestamp, outcome varchar, note varchar
);
create table alert_rules (
    rule varchar not null, definition varchar not null, is_active boolean not null,
    min_answer_count integer not null, changed_at timestamp not null, changed_by varchar
);
create table annotations (
    annotation_id varchar not null, noted_on date not null, text varchar not null,
    author varchar, changed_at timestamp not null
);
-- One row per line that the NPS of a survey is held against.
create table reference_lines (
    line_id varchar not null,
    kind varchar not null,              -- target, benchmark
    survey varchar not null,            -- relationship, transactional, benchmark
    name varchar not null,              -- of a benchmark: its sector
    nps double not null,                -- points, -100 to 100
    source varchar,                     -- never null for a benchmark, nor the day
    published_on date,
    author varchar,
    changed_at timestamp not null
);
create table snapshots (
    snapshot_id varchar not null, taken_at timestamp not null, taken_by varchar,
    title varchar not null, filters varchar not null, figures varchar not null
);
create table settings_history (
    setting varchar not null, value_before varchar, value_after varchar,
    changed_at timestamp not null, changed_by varchar, applies_from date
);

-- What the day tables are counted with, written from the settings at each rebuild.
-- One row per channel.
create table response_standards (
    channel varchar not null,
    clock varchar not null,             -- elapsed, opening, business
    favourable_seconds double not null, -- in seconds of that clock
    limit_seconds double not null,
    is_strict boolean not null,         -- true: "less than"; false: "at most"
    abandon_rule varchar not null,      -- missed, ignored, short_ignored
    short_abandon_seconds double not null
);
-- Tiles all time of a clock: every moment falls in exactly one row with its UTC day.
create table clock_spans (
    clock varchar not null,
    day date not null,                  -- the UTC day that the span lies in
    from_at timestamp not null,
    until_at timestamp not null,        -- not included
    is_open boolean not null,
    seconds_before double not null      -- open seconds of this clock before from_at
);

-- Daily counts: what metrics read.
-- One row per day and combination of dimensions that has answers.
create table answer_days (
    answered_on date not null,
    survey varchar not null,
    segment varchar, region varchar, product varchar, channel varchar, journey varchar,
    answer_count bigint not null,       -- with an NPS score
    promoter_count bigint not null,
    passive_count bigint not null,
    detractor_count bigint not null,
    csat_count bigint not null,         -- with a CSAT score
    csat_satisfied_count bigint not null, -- 4 or 5
    csat_score_sum bigint not null,
    ces_count bigint not null,          -- with an effort score from 1 to 5
    ces_score_sum bigint not null,
    ces_easy_count bigint not null,     -- of those, 1 or 2
    ces7_count bigint not null,         -- with an effort score from 1 to 7; never added to ces_*
    ces7_score_sum bigint not null,
    ces7_easy_count bigint not null     -- of those, 1 to 3
);
-- One row per day, combination of dimensions and score that was given.
create table score_days (
    answered_on date not null,
    survey varchar not null,
    segment varchar, region varchar, product varchar, channel varchar, journey varchar,
    nps_score tinyint not null,         -- 0 to 10
    answer_count bigint not null        -- at least 1
);
-- One row per term that enough comments mention (the privacy minimum), with the words that they
-- have for it most often.
create table term_labels (
    term varchar not null,
    label varchar not null
);
-- One row per day, combination of dimensions and term of term_labels with comments that mention
-- it. The term '' has every comment that was read: what shares are shares of.
create table term_days (
    answered_on date not null,
    survey varchar not null,
    segment varchar, region varchar, product varchar, channel varchar, journey varchar,
    term varchar not null,
    comment_count bigint not null,      -- with an NPS score or without
    promoter_count bigint not null,
    passive_count bigint not null,
    detractor_count bigint not null
);
-- One row per local day and combination of dimensions that has contacts.
create table contact_days (
    opened_on date not null,
    initiated_by varchar not null,
    channel varchar not null,
    journey varchar, segment varchar, region varchar, product varchar,
    contact_count bigint not null,
    met_count bigint not null,
    missed_count bigint not null,
    not_yet_due_count bigint not null,
    abandoned_count bigint not null,
    resolved_count bigint not null,
    score_sum double not null           -- graded scores 0-100 of met and missed contacts
);
-- One row per day, combination of dimensions and wait bucket; customer-initiated contacts only.
create table wait_days (
    opened_on date not null,
    channel varchar not null,
    journey varchar, segment varchar, region varchar, product varchar,
    wait_bucket integer not null,       -- floor(ln(seconds) / ln(1.01)); -1 below one second
    answered_count bigint not null,
    waiting_count bigint not null       -- open or abandoned: the wait was at least this long
);
-- One row per day and combination of dimensions; customer-initiated contacts only. Followed: the
-- customer, journey and reason are known and seven days of contacts lie behind it.
create table need_days (
    opened_on date not null,
    channel varchar not null,
    journey varchar, segment varchar, region varchar, product varchar,
    contact_count bigint not null,
    reason_count bigint not null,       -- with a reason
    information_count bigint not null,  -- of those, with the reason "information"
    followed_count bigint not null,
    repeated_count bigint not null      -- of those, again for the same within seven days
);
-- One row per combination of dimensions, NPS class with its validity, start and end of the
-- relation, yearly revenue of one customer: the days are the key, so any exposure window can be
-- counted from it.
create table customer_spans (
    segment varchar, region varchar, product varchar,
    nps_class varchar,                  -- promoter, passive, detractor; null: no answer yet
    class_from_on date not null,        -- first day on which this class is known
    class_until_on date not null,       -- not included
    started_on date not null,
    ended_on date,                      -- null: still a customer
    customer_count bigint not null,
    revenue_count bigint not null,      -- of those, with a known revenue
    annual_revenue_amount double not null
);
