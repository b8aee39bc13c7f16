-- panel: message_kinds
-- grain: one kind of message, and one piece of the period
-- key: kind, piece
-- unit: messages; hours
-- params: $piece day, week or month, or all for the period as a whole, $organization text ('' = any), $region text
--     pattern of village codes, $from, $to dates, half open
-- caveat: of messages sent in the period, whatever became of them by as_of, where M19 is of those due in it; what is
--     an answer and when it is due is told there. Overdue: unanswered, and the due time is over
with {message},

answer as (
    select
        msg_id,
        min(replied_at) filter (where is_first_human and coalesce(trim(text), 'text not told') <> '') as answered_at
    from feedback_reply
    where replied_at <= now()
    group by msg_id
),

sent as (
    select
        coalesce(kind, 'UNTOLD') as kind,
        case
            when $piece = 'day' then posted_on
            when $piece = 'week' then cast(date_trunc('week', posted_on) as date)
            when $piece = 'month' then cast(date_trunc('month', posted_on) as date)
            else cast($from as date)
        end as piece,
        answered_at,
        ended_at <= now() as is_ended,
        cast(extract(epoch from answered_at) - extract(epoch from posted_at) as double) / 3600 as answer_hours,
        coalesce(reply_due_at <= now(), reply_due_on < now()::date, false) as is_due
    from message
    left join answer on answer.msg_id = message.msg_id
    where posted_on >= $from
        and posted_on < $to
        and ($organization = '' or org_code = $organization)
        and coalesce(village_code, '') like $region
),

final as (
    select
        kind,
        piece,
        count(*) as sent_n,
        count(answered_at) as answered_n,
        median(answer_hours) as median_answer_hours,
        count(*) filter (where is_ended) as ended_n,
        count(*) filter (where answered_at is null and is_due) as overdue_n
    from sent
    group by kind, piece
)

select * from final
order by kind, piece
