-- Fills need_days. Grain: one row per local day and combination of dimensions that has contacts
-- opened by customers. Parameters: opened_days, those to count; information_reasons (list of reasons
-- in lower case).
--
-- followed: customer, journey and reason are known, and enough days of contacts lie behind it,
-- so that a return would have been seen. repeated: of those, the customer asked the same again;
-- switched: on another channel. first: followed, itself no return, and known whether resolved;
-- first_resolved: of those, resolved without a return.
insert into need_days (
    opened_on, {dimensions},
    contact_count, reason_count, information_count, followed_count, repeated_count,
    first_count, first_resolved_count, switched_count
)
select
    opened_on,
    {dimensions},
    count(*) as contacts,
    count(reason) as reasons,
    count(case when lower(reason) in (select unnest($information_reasons)) then 1 end)
        as information,
    count(case when is_followed then 1 end) as followed,
    count(case when is_returned then 1 end) as repeated,
    count(case when is_followed and not is_return and is_resolution_known then 1 end) as firsts,
    count(
        case when is_followed and not is_return and resolved_at is not null and not is_returned
        then 1 end
    ) as first_resolved,
    count(case when is_switched then 1 end) as switched
from contact_outcomes
where initiated_by = 'customer' and opened_on in (select unnest(cast($opened_days as date[])))
group by opened_on, {dimensions}
