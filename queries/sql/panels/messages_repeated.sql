-- panel: messages_repeated
-- grain: one message that somebody had to repeat
-- key: msg_id, how
-- params: $organization text ('' = any), $region text pattern of village codes, $from, $to dates, half open
-- order: the latest first
-- caveat: AGAIN: sent in the period while an earlier message of the same author, kind and village had no answer of a
--     person; the earlier one is the latest of these. REOPENED: opened again in the period by its author.
--     Authors are told apart by their hash, so nobody is known across a change of the secret
with answer as (
    select
        msg_id,
        min(replied_at) filter (where is_first_human and coalesce(trim(text), 'text not told') <> '') as answered_at,
        max(reopened_at) filter (where reopened_at <= now()) as reopened_at
    from feedback_reply
    where replied_at <= now()
    group by msg_id
),

message as (
    select
        feedback_message.*,
        answered_at,
        reopened_at
    from feedback_message
    left join answer on answer.msg_id = feedback_message.msg_id
    where posted_at <= now()
        and ($organization = '' or assigned_org = $organization)
        and coalesce(village_code, '') like $region
),

again as (
    select
        later.msg_id,
        'AGAIN' as how,
        later.kind,
        later.village_code,
        later.assigned_org as org_code,
        later.posted_at as repeated_at,
        earlier.msg_id as earlier_id,
        earlier.posted_at as first_at,
        row_number() over (
            partition by later.msg_id order by earlier.posted_at desc, earlier.msg_id desc
        ) as place
    from message as later
    join message as earlier
        on earlier.author_hash = later.author_hash
        and (earlier.kind is not distinct from later.kind)
        and (earlier.village_code is not distinct from later.village_code)
    where later.posted_at::date >= $from
        and later.posted_at::date < $to
        and earlier.posted_at < later.posted_at
        and (earlier.answered_at is null or earlier.answered_at > later.posted_at)
),

repeated as (
    select msg_id, how, kind, village_code, org_code, repeated_at, earlier_id, first_at
    from again
    where place = 1
    union all
    select msg_id, 'REOPENED', kind, village_code, assigned_org, reopened_at, msg_id as earlier_id, posted_at
    from message
    where reopened_at::date >= $from and reopened_at::date < $to
),

final as (
    select
        repeated.*,
        repeated_at::date - first_at::date as after_days
    from repeated
)

select * from final
order by repeated_at desc, msg_id, how
