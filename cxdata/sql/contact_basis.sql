-- Grain: one row, nulls where there are no contacts. Parameters: none.
-- What the outcome of a contact depends on besides itself, its files, its neighbours and its
-- customer, as it was last counted: up to when returns and who asked can be told, and which days
-- the clocks cover.
select
    (select min(known_at) from contacts_known where shows_returns) as returns_known_at,
    (select min(known_at) from contacts_known where shows_askers) as askers_known_at,
    (select min(day) from clock_spans) as first_clock_on,
    (select max(day) from clock_spans) as last_clock_on
