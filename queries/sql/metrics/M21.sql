-- metric: M21 message_follow_up
-- title_zh: 留言满意率、按时办结率、重办率
-- title_en: Messages: satisfied, ended in time, reopened
-- unit: a ratio, b ratio, c ratio
-- grain: one row a bucket with at least one message ended, reopened or due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, organization, kind, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a ended_n (messages): ended in the period, or reopened in it and open since
--     a rated_n (messages): of these, those whose author has told how content they are
--     a satisfied_n (messages): of these, rated satisfied_least (3, 基本满意) or better, the last rating of each
--     a satisfied_rate (ratio of satisfied_n / rated_n): null when nobody said
--     b due_n (messages): due in the period and by as_of, ended or not
--     b in_time_n (messages): of these, ended at or before the due time
--     b in_time_rate (ratio of in_time_n / due_n): null when nothing was due
--     c reopened_n (messages): of ended_n, those that the author had opened again
--     c reopened_rate (ratio of reopened_n / ended_n): null when nothing ended
-- rows: msg_id
--     ended_n: marked where is_ended
--     rated_n: marked where is_ended and satisfaction is not null
--     satisfied_n: marked where is_ended and is_satisfied
--     due_n: marked where is_due
--     in_time_n: marked where is_due and is_in_time
--     reopened_n: marked where is_ended and is_reopened
-- formula: a satisfied / asked, of messages ended in the period; b due in the period and ended by then / due;
--     c reopened / ended in the period
-- caveat: No record says who was called back (回访): whoever told how content they are counts as asked, so a
--     is of few where few were asked; rated_n and ended_n tell how many. There is no due time of the end of a
--     message: b takes that of the answer (M19). A message counts by its last ending; one that is open again
--     counts in the period of its reopening.
-- source: domain §5; satisfied from 3 stars on as in M17
with {numbers},

{message},

opinion as (
    select
        msg_id,
        satisfaction,
        row_number() over (partition by msg_id order by replied_at desc, reply_id desc) as recency
    from feedback_reply
    where replied_at <= now() and satisfaction is not null
),

reopening as (
    select msg_id, max(reopened_at) as reopened_at
    from feedback_reply
    where reopened_at <= now()
    group by msg_id
),

followed as (
    select
        message.*,
        satisfaction,
        reopened_at is not null as is_reopened,
        case when ended_at <= now() then ended_at::date else reopened_at::date end as ended_on
    from message
    left join opinion on opinion.msg_id = message.msg_id and recency = 1
    left join reopening on reopening.msg_id = message.msg_id
),

marked as (
    select
        msg_id,
        {bucket} as bucket,
        satisfaction,
        satisfaction >= least_satisfied.value as is_satisfied,
        is_reopened,
        coalesce(ended_on >= $from and ended_on < $to, false) as is_ended,
        coalesce(
            {message_due}, false
        ) as is_due,
        coalesce(ended_at <= reply_due_at, ended_at::date <= reply_due_on, false) as is_in_time
    from followed
    left join parameter as least_satisfied on least_satisfied.key = 'satisfied_least'
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_ended) as ended_n,
        count(satisfaction) filter (where is_ended) as rated_n,
        count(*) filter (where is_ended and is_satisfied) as satisfied_n,
        count(*) filter (where is_due) as due_n,
        count(*) filter (where is_due and is_in_time) as in_time_n,
        count(*) filter (where is_ended and is_reopened) as reopened_n
    from marked
    where is_ended or is_due
    {group}
),

final as (
    select
        bucket,
        ended_n,
        rated_n,
        satisfied_n,
        cast(satisfied_n as double) / nullif(rated_n, 0) as satisfied_rate,
        due_n,
        in_time_n,
        cast(in_time_n as double) / nullif(due_n, 0) as in_time_rate,
        reopened_n,
        cast(reopened_n as double) / nullif(ended_n, 0) as reopened_rate
    from totals
)

select * from final
