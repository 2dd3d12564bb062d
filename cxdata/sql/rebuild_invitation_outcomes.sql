-- Fills invitation_outcomes. Grain: one row per invitation.
-- Parameters: time_zone (of the firm), response_days (integer: an answer within so many days after
-- an invitation answers it).
--
-- Whether it was answered is what its file says. Where that says nothing, and the customer is
-- known: whether the customer answered the same survey within response_days, an answer belonging to
-- the last invitation before it. settled: what tells it goes so many days beyond the invitation; a
-- file is taken as of its extract date or, without one, of the day it was loaded, and answers as
-- far as they are known.
insert into invitation_outcomes (
    invitation_id, customer_id, survey, sent_by, wave, sent_on, {invitation_dimensions},
    is_delivered, is_opened, is_started, is_answered, told_by, is_settled
)
with files as (
    select version.batch_id,
        coalesce(
            max(cast((batch.extracted_at at time zone 'UTC') at time zone $time_zone as date)),
            max(cast((batch.loaded_at at time zone 'UTC') at time zone $time_zone as date)),
            max(version.sent_on)
        ) as told_on
    from invitation_versions as version
    left join batches as batch on version.batch_id = batch.batch_id
    group by version.batch_id
),
telling as (
    -- What a version took over, its file doesn't say.
    select version.invitation_id, max(files.told_on) as last_told_on
    from invitation_versions as version
    join files on version.batch_id = files.batch_id
    where version.is_answered is not null
        and not contains(',' || coalesce(version.kept_fields, '') || ',', ',is_answered,')
    group by version.invitation_id
),
fitting as (
    select
        answer.response_id,
        invitation.invitation_id,
        row_number() over (
            partition by answer.response_id
            order by invitation.sent_on desc, invitation.sent_at desc, invitation.invitation_id desc
        ) as place
    from responses as answer
    join invitations as invitation
        on answer.customer_id = invitation.customer_id and answer.survey = invitation.survey
    where answer.responded_on >= invitation.sent_on
        and answer.responded_on <= invitation.sent_on + cast($response_days as integer)
),
matched as (
    select distinct invitation_id from fitting where place = 1
),
judged as (
    select
        invitation.invitation_id,
        invitation.customer_id,
        invitation.survey,
        invitation.sent_by,
        invitation.wave,
        invitation.sent_on,
        {invitation_dimensions:invitation},
        invitation.is_delivered,
        invitation.is_opened,
        invitation.is_started,
        invitation.is_answered as said,
        matched.invitation_id is not null as is_matched,
        invitation.sent_on + cast($response_days as integer) as due_on,
        telling.last_told_on,
        answers_known.known_on as answers_known_on
    from invitations as invitation
    left join telling on invitation.invitation_id = telling.invitation_id
    left join matched on invitation.invitation_id = matched.invitation_id
    left join answers_known on invitation.survey = answers_known.survey
)
select
    invitation_id, customer_id, survey, sent_by, wave, sent_on, {invitation_dimensions},
    is_delivered, is_opened, is_started,
    case
        when said is not null then said
        when customer_id is not null and answers_known_on >= due_on then is_matched
    end as was_answered,
    case
        when said is not null then 'file'
        when customer_id is not null and answers_known_on >= due_on then 'answers'
    end as was_told_by,
    coalesce(
        case
            when said is not null then last_told_on >= due_on
            when customer_id is not null then answers_known_on >= due_on
        end,
        false
    ) as was_settled
from judged
