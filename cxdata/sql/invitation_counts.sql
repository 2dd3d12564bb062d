-- Grain: one row per period and value of the dimension (null: not known, or none asked for) with
-- invitations. Order: by period, then most invitations first.
-- Parameters: first_on, last_on, {invitation_filters},
-- dimension ({dimensions}, sent_by, wave; another word: none), grain (week, month, quarter, year;
-- another word: none), fiscal_offset (months from January to the first of the fiscal year,
-- 0 to 11).
--
-- Counted are invitations that are settled, those that aren't (running) apart. Once by all that
-- were sent, once by those that are known to have been delivered. With S the
-- answered ones of a person and n all: square sums S (S - 1), mixed S (n - 1), size n (n - 1); an
-- invitation without a customer is of a person of its own.
with asked as (
    select
        {invitation_dimensions}, cast(null as varchar) as channel, -- none has one
        invitation_id, customer_id, sent_by, wave, sent_on, told_by, is_settled, is_delivered,
        is_opened, is_answered
    from invitation_outcomes
    where sent_on between $first_on and $last_on
        and {invitation_filters}
),
chosen as (
    select
        coalesce(
            {dimension}, case $dimension when 'sent_by' then sent_by when 'wave' then wave end
        ) as dimension_value,
        cast(case $grain
            when 'week' then date_trunc('week', sent_on)
            when 'month' then date_trunc('month', sent_on)
            when 'quarter' then date_trunc('quarter', sent_on - to_months($fiscal_offset))
                + to_months($fiscal_offset)
            when 'year' then date_trunc('year', sent_on - to_months($fiscal_offset))
                + to_months($fiscal_offset)
        end as date) as sent_period,
        coalesce('customer ' || customer_id, 'invitation ' || invitation_id) as person,
        told_by,
        is_settled,
        is_delivered,
        is_opened,
        is_answered
    from asked
),
people as (
    select
        dimension_value,
        sent_period,
        person,
        count(*) as invitations,
        count(told_by) as told,
        count(case when not is_settled then 1 end) as running,
        count(case when is_settled then 1 end) as sent,
        count(case when is_settled and is_answered then 1 end) as answered,
        count(case when is_settled and told_by = 'answers' then 1 end) as matched,
        count(case when is_settled and is_delivered is not null then 1 end) as delivery_told,
        count(case when is_settled and is_delivered then 1 end) as delivered,
        count(case when is_settled and is_delivered and is_answered then 1 end)
            as delivered_answered,
        count(case when is_settled and is_opened is not null then 1 end) as opening_told,
        count(case when is_settled and is_opened then 1 end) as opened
    from chosen
    group by dimension_value, sent_period, person
)
select
    sent_period as period,
    dimension_value,
    count(*) as people,
    cast(sum(invitations) as bigint) as invitations,
    cast(sum(told) as bigint) as told,
    cast(sum(running) as bigint) as running,
    cast(sum(sent) as bigint) as sent,
    cast(sum(answered) as bigint) as answered,
    cast(sum(matched) as bigint) as matched,
    cast(sum(delivery_told) as bigint) as delivery_told,
    cast(sum(delivered) as bigint) as delivered,
    cast(sum(delivered_answered) as bigint) as delivered_answered,
    cast(sum(opening_told) as bigint) as opening_told,
    cast(sum(opened) as bigint) as opened,
    cast(sum(answered * (answered - 1)) as bigint) as sent_square,
    cast(sum(answered * (sent - 1)) as bigint) as sent_mixed,
    cast(sum(sent * (sent - 1)) as bigint) as sent_size,
    cast(sum(delivered_answered * (delivered_answered - 1)) as bigint) as delivered_square,
    cast(sum(delivered_answered * (delivered - 1)) as bigint) as delivered_mixed,
    cast(sum(delivered * (delivered - 1)) as bigint) as delivered_size
from people
group by sent_period, dimension_value
order by sent_period, invitations desc, dimension_value
