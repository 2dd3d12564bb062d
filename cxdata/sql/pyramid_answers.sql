-- Grain: one row per journey that has answers of the survey and quarter of them (its first day);
-- no order.
-- Parameters: survey; first_on, last_on, segment, region, product, channel, journey (empty
-- lists: all).
select journey,
    cast(date_trunc('quarter', answered_on) as date) as quarter,
    cast(sum(answer_count) as bigint) as answers,
    cast(sum(promoter_count) as bigint) as promoters,
    cast(sum(ces_count) as bigint) as efforts,
    cast(sum(ces_easy_count) as bigint) as easy_efforts
from answer_days
where survey = $survey
    and answered_on between $first_on and $last_on
    and journey is not null
    and (len($segment) = 0 or segment in (select unnest($segment)))
    and (len($region) = 0 or region in (select unnest($region)))
    and (len($product) = 0 or product in (select unnest($product)))
    and (len($channel) = 0 or channel in (select unnest($channel)))
    and (len($journey) = 0 or journey in (select unnest($journey)))
group by journey, quarter
