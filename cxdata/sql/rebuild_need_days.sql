-- Fills need_days. Grain: one row per local day and combination of dimensions that has contacts
-- opened by customers. Parameters: $as_of, the "now" of contacts whose batch has no extract date.
--
-- followed: customer, journey and reason are known, and seven days of contacts lie behind it, so
-- that a repeat would have been seen. repeated: of those, the customer opened another contact
-- for the same reason of the same journey within seven days.
insert into need_days (
    opened_on, channel, journey, segment, region, product,
    contact_count, reason_count, information_count, followed_count, repeated_count
)
with asked as (
    select opened_on, channel, journey, segment, region, product, reason, opened_at,
        opened_at + interval 7 days as repeat_until_at,
        customer_id is not null and journey is not null and reason is not null as is_traceable,
        lead(opened_at) over (
            partition by customer_id, journey, reason order by opened_at, contact_id
        ) as next_opened_at
    from contacts
    where initiated_by = 'customer'
)
select opened_on, channel, journey, segment, region, product,
    count(*) as contacts,
    count(reason) as reasons,
    count(case when lower(reason) = 'information' then 1 end) as information,
    count(case when is_traceable and repeat_until_at <= $as_of then 1 end) as followed,
    count(
        case
            when is_traceable and repeat_until_at <= $as_of
                and next_opened_at <= repeat_until_at then 1
        end
    ) as repeated
from asked
group by opened_on, channel, journey, segment, region, product
