-- metric: M02 on_time_rate
-- title_zh: 按时办结率
-- title_en: Closed on time
-- unit: ratio
-- grain: one row a bucket with at least one case closed in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a closed_n (cases): CLO, decided in the period, and whatever ended in it overdue
--     a on_time_n (cases): of these, closed at or before due_at
--     a on_time_rate (ratio of on_time_n / closed_n): null when nothing was closed
-- rows: case_no
--     closed_n: closed
--     on_time_n: closed where is_on_time
-- formula: CLO with closed_at at or before due_at / CLO
-- caveat: Ignores cases that are never closed: always show M03 beside it. Ended without a decision
--     leaves both sides unless overdue when it ended. Judged by due_at alone, never by days used: due
--     on Friday and closed on Saturday is late. NO_LIMIT cases, and those that ended without ever
--     being accepted, have no due time and are out.
-- source: domain §5
with closed as (
    select
        case_no,
        {bucket} as bucket,
        closed_at <= due_at as is_on_time
    from case_state
    where
        closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_judged
        and (is_decided or closed_at > due_at)
),

totals as (
    select
        {key} as bucket,
        count(*) as closed_n,
        count(*) filter (where is_on_time) as on_time_n
    from closed
    {group}
),

final as (
    select
        bucket,
        closed_n,
        on_time_n,
        cast(on_time_n as double) / nullif(closed_n, 0) as on_time_rate
    from totals
)

select * from final
