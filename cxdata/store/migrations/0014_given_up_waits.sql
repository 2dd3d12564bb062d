-- Of the waits that ended without an answer or go on: those that ended because the customer gave
-- up. They can't be answered any more; the others may be.
alter table wait_days add column gave_up_count bigint default 0;
