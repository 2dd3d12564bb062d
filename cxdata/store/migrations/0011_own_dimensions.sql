-- Six places for dimensions of the firm's own, such as a store or a team, as its files have them;
-- null where a file says nothing. The settings say which are used and what they are called.
alter table response_versions add column own_1 varchar;
alter table response_versions add column own_2 varchar;
alter table response_versions add column own_3 varchar;
alter table response_versions add column own_4 varchar;
alter table response_versions add column own_5 varchar;
alter table response_versions add column own_6 varchar;
alter table contact_versions add column own_1 varchar;
alter table contact_versions add column own_2 varchar;
alter table contact_versions add column own_3 varchar;
alter table contact_versions add column own_4 varchar;
alter table contact_versions add column own_5 varchar;
alter table contact_versions add column own_6 varchar;
alter table customer_versions add column own_1 varchar;
alter table customer_versions add column own_2 varchar;
alter table customer_versions add column own_3 varchar;
alter table customer_versions add column own_4 varchar;
alter table customer_versions add column own_5 varchar;
alter table customer_versions add column own_6 varchar;
alter table contact_outcomes add column own_1 varchar;
alter table contact_outcomes add column own_2 varchar;
alter table contact_outcomes add column own_3 varchar;
alter table contact_outcomes add column own_4 varchar;
alter table contact_outcomes add column own_5 varchar;
alter table contact_outcomes add column own_6 varchar;
alter table answer_days add column own_1 varchar;
alter table answer_days add column own_2 varchar;
alter table answer_days add column own_3 varchar;
alter table answer_days add column own_4 varchar;
alter table answer_days add column own_5 varchar;
alter table answer_days add column own_6 varchar;
alter table score_days add column own_1 varchar;
alter table score_days add column own_2 varchar;
alter table score_days add column own_3 varchar;
alter table score_days add column own_4 varchar;
alter table score_days add column own_5 varchar;
alter table score_days add column own_6 varchar;
alter table term_days add column own_1 varchar;
alter table term_days add column own_2 varchar;
alter table term_days add column own_3 varchar;
alter table term_days add column own_4 varchar;
alter table term_days add column own_5 varchar;
alter table term_days add column own_6 varchar;
alter table contact_days add column own_1 varchar;
alter table contact_days add column own_2 varchar;
alter table contact_days add column own_3 varchar;
alter table contact_days add column own_4 varchar;
alter table contact_days add column own_5 varchar;
alter table contact_days add column own_6 varchar;
alter table wait_days add column own_1 varchar;
alter table wait_days add column own_2 varchar;
alter table wait_days add column own_3 varchar;
alter table wait_days add column own_4 varchar;
alter table wait_days add column own_5 varchar;
alter table wait_days add column own_6 varchar;
alter table need_days add column own_1 varchar;
alter table need_days add column own_2 varchar;
alter table need_days add column own_3 varchar;
alter table need_days add column own_4 varchar;
alter table need_days add column own_5 varchar;
alter table need_days add column own_6 varchar;
alter table customer_spans add column own_1 varchar;
alter table customer_spans add column own_2 varchar;
alter table customer_spans add column own_3 varchar;
alter table customer_spans add column own_4 varchar;
alter table customer_spans add column own_5 varchar;
alter table customer_spans add column own_6 varchar;

create or replace view customers as
select customer_id, name, segment, region, product, is_strategic, owner_email, started_on,
    ended_on, end_reason, annual_revenue_amount, batch_id,
    own_1, own_2, own_3, own_4, own_5, own_6
from customer_versions where is_current;

create or replace view responses as
select response_id, customer_id, responded_at, responded_on, survey, journey, channel,
    nps_score, csat_score, ces_score, ces_scale, comment, language, segment, region, product,
    batch_id, own_1, own_2, own_3, own_4, own_5, own_6
from response_versions where is_current;

create or replace view contacts as
select contact_id, customer_id, channel, journey, reason, initiated_by, opened_at, opened_on,
    first_response_at, abandoned_at, resolved_at, segment, region, product, batch_id,
    own_1, own_2, own_3, own_4, own_5, own_6
from contact_versions where is_current;
