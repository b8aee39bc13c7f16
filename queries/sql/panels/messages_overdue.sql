-- panel: messages_overdue
-- grain: one message that nobody has answered although its due time is over
-- key: msg_id
-- params: $organization text ('' = any), $region text pattern of village codes, $to date, exclusive
-- order: the longest due first
-- caveat: due before $to and by as_of, whenever it was sent, so unlike unanswered_n of M19 it is what is still to
--     be done; a message that its author took back is no longer waited for
with {message},

answer as (
    select distinct msg_id
    from feedback_reply
    where replied_at <= now() and is_first_human and coalesce(trim(text), 'text not told') <> ''
),

state as (
    select msg_id, state
    from feedback_message
),

final as (
    select
        message.msg_id,
        kind,
        village_code,
        org_code,
        posted_at,
        reply_due_on,
        now()::date - reply_due_on as over_days
    from message
    join state on state.msg_id = message.msg_id
    left anti join answer on answer.msg_id = message.msg_id
    where coalesce(state.state, '') <> 'WITHDRAWN'
        and reply_due_on < $to
        and coalesce(reply_due_at <= now(), reply_due_on < now()::date)
        and ($organization = '' or org_code = $organization)
        and coalesce(village_code, '') like $region
)

select * from final
order by reply_due_on, posted_at, msg_id
