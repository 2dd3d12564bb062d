-- What customers pay, by day.

-- What a file itself tells of a customer's revenue over time: such as 2024-05-10=240;2025-06-01=480,
-- a year's revenue from the day after each day on, without an amount where it isn't known. Null
-- where the file tells one revenue alone.
alter table customer_versions add column revenue_history varchar;

-- One row per customer and stretch of days with one yearly revenue.
create table customer_prices (
    customer_id varchar not null,
    from_on date not null,
    until_on date not null,             -- not included
    annual_revenue_amount double,       -- as it is at the start of each day; null: not known
    is_dated boolean not null,          -- the file says that it is the revenue of these days
    told_on date                        -- the last known day of the file that tells it; null: an
                                        -- earlier day's isn't told, and that of a later file is taken
);
