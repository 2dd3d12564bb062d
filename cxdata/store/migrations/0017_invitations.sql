-- Who was asked for an answer, and what became of it.

-- One row per invitation and batch that brought a version of it. Of the steps, null: not told.
create table invitation_versions (
    invitation_id varchar not null,
    customer_id varchar,
    survey varchar not null,            -- relationship, transactional, benchmark
    sent_by varchar,                    -- email, sms, web, app, phone, letter: no channel of contacts
    wave varchar,                       -- the campaign or wave that it belongs to
    journey varchar,
    sent_at timestamp not null,
    sent_on date not null,
    is_delivered boolean,               -- false: it bounced
    is_opened boolean,
    opened_at timestamp,
    is_started boolean,
    is_answered boolean,
    answered_at timestamp,
    response_id varchar,                -- of the answer, where the tool gives it
    segment varchar,
    region varchar,
    product varchar,
    own_1 varchar, own_2 varchar, own_3 varchar, own_4 varchar, own_5 varchar, own_6 varchar,
    batch_id bigint not null,
    content_hash ubigint not null,
    is_current boolean not null,
    kept_fields varchar                 -- what it took over from the version before
);

create view invitations as
select fact.invitation_id, fact.customer_id, fact.survey, fact.sent_by, fact.wave, fact.journey,
    fact.sent_at, fact.sent_on, fact.is_delivered, fact.is_opened, fact.opened_at,
    fact.is_started, fact.is_answered, fact.answered_at, fact.response_id,
    coalesce(fact.segment, own.segment) as segment,
    coalesce(fact.region, own.region) as region, coalesce(fact.product, own.product) as product,
    fact.batch_id,
    coalesce(fact.own_1, own.own_1) as own_1, coalesce(fact.own_2, own.own_2) as own_2,
    coalesce(fact.own_3, own.own_3) as own_3, coalesce(fact.own_4, own.own_4) as own_4,
    coalesce(fact.own_5, own.own_5) as own_5, coalesce(fact.own_6, own.own_6) as own_6
from invitation_versions as fact
left join customer_dimensions as own
    on fact.customer_id = own.customer_id
    and fact.sent_on >= own.from_on and fact.sent_on < own.until_on
where fact.is_current;

-- One row per survey that has invitations: up to when files list what was sent.
create table invitations_known (
    survey varchar not null,
    known_on date not null              -- the last known day
);
-- One row per invitation, with what became of it.
create table invitation_outcomes (
    invitation_id varchar not null,
    customer_id varchar,
    survey varchar not null,
    sent_by varchar,
    wave varchar,
    sent_on date not null,
    segment varchar, region varchar, product varchar, journey varchar,
    own_1 varchar, own_2 varchar, own_3 varchar, own_4 varchar, own_5 varchar, own_6 varchar,
    is_delivered boolean,               -- this and what follows, null: not known
    is_opened boolean,
    is_started boolean,
    is_answered boolean,
    told_by varchar,                    -- file: its own; answers: those of the customer; null: nothing
    is_settled boolean not null         -- it is known long enough for an answer to have come
);
