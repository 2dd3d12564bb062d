-- The answers of customers who answered a survey more than once, each by itself: what daily counts
-- can't say is which of the answers that they add up are of one person. Whoever answered once
-- stands in the daily counts alone.
create table repeat_answers (
    answered_on date not null,
    survey varchar not null,
    customer_number bigint not null,    -- stands for a customer of the survey, in this table only
    place bigint not null,              -- 1: the customer's first answer to the survey
    segment varchar, region varchar, product varchar, channel varchar, journey varchar,
    own_1 varchar, own_2 varchar, own_3 varchar, own_4 varchar, own_5 varchar, own_6 varchar,
    nps_score tinyint, csat_score tinyint, ces_score tinyint, ces_scale tinyint
);
