-- How many contacts were needs: what customers asked for, returns counted once, and what they were
-- given before they asked. What the pyramid's levels 4 and 5 are counted from.
alter table contact_days add column if not exists need_count bigint default 0;
-- Of how many cases an assessed share is one; null: not told.
alter table assessment_versions add column if not exists case_count bigint;

create or replace view assessments as
select journey, level, indicator, value, assessed_on, assessed_by, evidence, case_count, batch_id
from assessment_versions where is_current;
