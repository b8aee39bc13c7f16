-- metric: M19 first_response_rate
-- title_zh: 留言首次响应率
-- title_en: First response to messages
-- unit: a ratio, b messages, c messages, d messages, e messages
-- grain: one row a bucket with at least one message due in the period, or sent in it without a limit;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, organization, kind, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a due_n (messages): to be answered in the period and by as_of, answered or not
--     a answered_n (messages): of these, first answered by a person at or before the due time
--     a first_response_rate (ratio of answered_n / due_n): null when nothing was due
--     b late_n (messages): of due_n, first answered by a person after the due time
--     c unanswered_n (messages): of due_n, not answered by a person by as_of
--     d untold_n (messages): of c, those with an answer of which the source does not say whether a person gave it
--     e undated_n (messages): sent in the period, with no due time and no limit; in no other number
-- rows: msg_id
--     due_n: counted where is_due
--     answered_n: counted where is_due and is_in_time
--     late_n: counted where is_due and is_answered and not is_in_time
--     unanswered_n: counted where is_due and not is_answered
--     untold_n: counted where is_due and not is_answered and is_untold
--     undated_n: counted where not is_due
-- formula: messages due in the period, first answered by a person by then / messages due in the period
-- caveat: Unanswered is a failure, also of a message that its author took back. Receipts of a machine, and
--     "received, being handled", are no answer: the source says which reply is one (is_first_human), and a
--     reply with an empty text is none. Due is what the source says, else its limit, else the limit of the
--     kind that was in force on the day of sending (reply_limit_wd.KIND, working days). By organization a
--     message counts for whom it was assigned to last; by kind it is that of the message (INQUIRY, HELP, ...). No
--     item is told of a message.
-- source: domain §5; limits [S36], for REPORT and CORRECTION [P]
with {message},

answer as (
    select
        msg_id,
        min(replied_at) filter (where is_first_human and coalesce(trim(text), 'text not told') <> '') as answered_at,
        coalesce(bool_or(is_first_human is null), false) as is_untold
    from feedback_reply
    where replied_at <= now()
    group by msg_id
),

counted as (
    select
        message.msg_id,
        {bucket} as bucket,
        reply_due_on is not null as is_due,
        coalesce(answered_at <= reply_due_at, answered_at::date <= reply_due_on, false) as is_in_time,
        answered_at is not null as is_answered,
        coalesce(is_untold, false) as is_untold
    from message
    left join answer on answer.msg_id = message.msg_id
    where
        (
            {message_due}
        )
        or (reply_due_on is null and posted_on >= $from and posted_on < $to)
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_due) as due_n,
        count(*) filter (where is_due and is_in_time) as answered_n,
        count(*) filter (where is_due and is_answered and not is_in_time) as late_n,
        count(*) filter (where is_due and not is_answered) as unanswered_n,
        count(*) filter (where is_due and not is_answered and is_untold) as untold_n,
        count(*) filter (where not is_due) as undated_n
    from counted
    {group}
),

final as (
    select
        bucket,
        due_n,
        answered_n,
        cast(answered_n as double) / nullif(due_n, 0) as first_response_rate,
        late_n,
        unanswered_n,
        untold_n,
        undated_n
    from totals
)

select * from final
