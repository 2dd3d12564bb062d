-- What customers give to their answers and contacts that don't say it themselves: no longer written
-- into these when they come, but looked up, so that the order of imports doesn't matter.
-- One row per customer and stretch of days with one version of it; the stretches tile all time.
create table customer_dimensions (
    customer_id varchar not null,
    from_on date not null,
    until_on date not null,             -- not included
    segment varchar, region varchar, product varchar,
    own_1 varchar, own_2 varchar, own_3 varchar, own_4 varchar, own_5 varchar, own_6 varchar
);

create or replace view responses as
select fact.response_id, fact.customer_id, fact.responded_at, fact.responded_on, fact.survey,
    fact.journey, fact.channel, fact.nps_score, fact.csat_score, fact.ces_score, fact.ces_scale,
    fact.comment, fact.language, coalesce(fact.segment, own.segment) as segment,
    coalesce(fact.region, own.region) as region, coalesce(fact.product, own.product) as product,
    fact.batch_id,
    coalesce(fact.own_1, own.own_1) as own_1, coalesce(fact.own_2, own.own_2) as own_2,
    coalesce(fact.own_3, own.own_3) as own_3, coalesce(fact.own_4, own.own_4) as own_4,
    coalesce(fact.own_5, own.own_5) as own_5, coalesce(fact.own_6, own.own_6) as own_6
from response_versions as fact
left join customer_dimensions as own
    on fact.customer_id = own.customer_id
    and fact.responded_on >= own.from_on and fact.responded_on < own.until_on
where fact.is_current;

create or replace view contacts as
select fact.contact_id, fact.customer_id, fact.channel, fact.journey, fact.reason,
    fact.initiated_by, fact.opened_at, fact.opened_on, fact.first_response_at, fact.abandoned_at,
    fact.resolved_at, coalesce(fact.segment, own.segment) as segment,
    coalesce(fact.region, own.region) as region, coalesce(fact.product, own.product) as product,
    fact.batch_id,
    coalesce(fact.own_1, own.own_1) as own_1, coalesce(fact.own_2, own.own_2) as own_2,
    coalesce(fact.own_3, own.own_3) as own_3, coalesce(fact.own_4, own.own_4) as own_4,
    coalesce(fact.own_5, own.own_5) as own_5, coalesce(fact.own_6, own.own_6) as own_6
from contact_versions as fact
left join customer_dimensions as own
    on fact.customer_id = own.customer_id
    and fact.opened_on >= own.from_on and fact.opened_on < own.until_on
where fact.is_current;
