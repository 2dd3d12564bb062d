-- Grain: one row per answer of those named that is seen, the newest first, with its comment and what
-- was replied last. Parameters: response_ids.
with replied as (
    select response_id,
        arg_max(value, change_number) as reply,
        arg_max(changed_by, change_number) as replied_by,
        max(changed_at) as replied_at
    from comment_notes
    where field = 'reply' and response_id in (select unnest(cast($response_ids as varchar[])))
    group by response_id
)
select answer.response_id, answer.comment, answer.responded_at, answer.segment, answer.nps_score,
    nullif(replied.reply, '') as reply, replied.replied_by, replied.replied_at
from responses as answer
left join replied on replied.response_id = answer.response_id
where answer.response_id in (select unnest(cast($response_ids as varchar[])))
order by answer.responded_at desc, answer.response_id
