-- metric: M20 solved_rate
-- title_zh: 留言解决率
-- title_en: Messages solved
-- unit: a ratio, b ratio, c messages, d ratio, e ratio, f messages
-- grain: one row a bucket with at least one such message due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, organization, kind, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a due_n (messages): HELP, COMPLAINT and REPORT to be answered in the period and by as_of, whatever came of them
--     a confirmed_n (messages): of these, SOLVED as the author has confirmed
--     a confirmed_rate (ratio of confirmed_n / due_n): confirmed_n / due_n, the headline; null when nothing was due
--     b solved_n (messages): of due_n, SOLVED as the office says, confirmed or not
--     b explained_n (messages): of due_n, EXPLAINED
--     b solved_rate (ratio of solved_n / solved_n + explained_n): null when there is neither
--     c unconfirmed_n (messages): of solved_n, those on which the author has not said a word
--     c denied_n (messages): of solved_n, those that the author does not take as solved
--     d not_solvable_n (messages): of due_n, NOT_SOLVABLE
--     d not_solvable_rate (ratio of not_solvable_n / due_n): null when nothing was due
--     e transferred_n (messages): of due_n, TRANSFERRED
--     e transferred_rate (ratio of transferred_n / due_n): null when nothing was due
--     f without_outcome_n (messages): of due_n, unanswered, answered without an outcome, or opened again since
-- rows: msg_id
--     due_n: counted
--     confirmed_n: counted where outcome = 'SOLVED' and citizen_confirmed
--     solved_n: counted where outcome = 'SOLVED'
--     explained_n: counted where outcome = 'EXPLAINED'
--     unconfirmed_n: counted where outcome = 'SOLVED' and citizen_confirmed is null
--     denied_n: counted where outcome = 'SOLVED' and not citizen_confirmed
--     not_solvable_n: counted where outcome = 'NOT_SOLVABLE'
--     transferred_n: counted where outcome = 'TRANSFERRED'
--     without_outcome_n: counted where outcome is null
-- formula: HELP, COMPLAINT and REPORT due in the period that the author has confirmed as SOLVED / all of them
-- caveat: b rises by calling things NOT_SOLVABLE or TRANSFERRED: never show it without d and e. The last
--     outcome of a message counts; one that the author had opened again stands for nothing until the next.
--     Due as in M19. A message whose kind is not told is not in it.
-- source: domain §5; b [S37]
with {message},

told as (
    select
        msg_id,
        outcome,
        citizen_confirmed,
        reopened_at,
        row_number() over (partition by msg_id order by replied_at desc, reply_id desc) as recency
    from feedback_reply
    where replied_at <= now() and outcome is not null
),

counted as (
    select
        message.msg_id,
        {bucket} as bucket,
        outcome,
        citizen_confirmed
    from message
    left join told
        on told.msg_id = message.msg_id
        and recency = 1
        and (reopened_at is null or reopened_at > now())
    where
        kind in ('HELP', 'COMPLAINT', 'REPORT')
        and {message_due}
),

totals as (
    select
        {key} as bucket,
        count(*) as due_n,
        count(*) filter (where outcome = 'SOLVED' and citizen_confirmed) as confirmed_n,
        count(*) filter (where outcome = 'SOLVED') as solved_n,
        count(*) filter (where outcome = 'EXPLAINED') as explained_n,
        count(*) filter (where outcome = 'SOLVED' and citizen_confirmed is null) as unconfirmed_n,
        count(*) filter (where outcome = 'SOLVED' and not citizen_confirmed) as denied_n,
        count(*) filter (where outcome = 'NOT_SOLVABLE') as not_solvable_n,
        count(*) filter (where outcome = 'TRANSFERRED') as transferred_n,
        count(*) filter (where outcome is null) as without_outcome_n
    from counted
    {group}
),

final as (
    select
        bucket,
        due_n,
        confirmed_n,
        cast(confirmed_n as double) / nullif(due_n, 0) as confirmed_rate,
        solved_n,
        explained_n,
        cast(solved_n as double) / nullif(solved_n + explained_n, 0) as solved_rate,
        unconfirmed_n,
        denied_n,
        not_solvable_n,
        cast(not_solvable_n as double) / nullif(due_n, 0) as not_solvable_rate,
        transferred_n,
        cast(transferred_n as double) / nullif(due_n, 0) as transferred_rate,
        without_outcome_n
    from totals
)

select * from final
