-- metric: M03 due_on_time_rate
-- title_zh: 到期按时办结率
-- title_en: Due and closed on time
-- unit: a ratio, b ratio, c ratio
-- grain: one row a bucket with at least one case due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a due_n (cases): DUE, due in the period and by as_of, however it ended or not
--     a on_time_n (cases): of these, decided at or before due_at
--     a on_time_rate (ratio of on_time_n / due_n): null when nothing was due
--     b due_not_instant_n (cases): due_n without INSTANT (limit 0), which would drown the rest
--     b on_time_not_instant_n (cases): on_time_n without INSTANT
--     b on_time_not_instant_rate (ratio of on_time_not_instant_n / due_not_instant_n): the rate without INSTANT
--     c moved_n (cases): of due_n, a suspension has taken a day out, or an extension is in force
--     c moved_rate (ratio of moved_n / due_n): null when nothing was due
-- rows: case_no
--     due_n: due
--     on_time_n: due where is_on_time
--     due_not_instant_n: due where not is_instant
--     on_time_not_instant_n: due where is_on_time and not is_instant
--     moved_n: due where is_moved
-- formula: DUE decided at or before due_at / DUE
-- caveat: A case closed early counts in the period of its due date. Ended without a decision leaves
--     both sides unless overdue when it ended. Leaving a case open does not help; suspensions and
--     extensions do, so show c beside a. Open cases of a source that has not reported lately count
--     as late until it reports.
-- source: domain §5
with due as (
    select
        case_no,
        {bucket} as bucket,
        coalesce(not is_open and is_decided and closed_at <= due_at, false) as is_on_time,
        coalesce(limit_n = 0, false) as is_instant,
        coalesce(excluded_days > 0, false) or coalesce(extension_days > 0, false) as is_moved
    from case_state
    where
        due_on >= $from
        and due_on < $to
        and due_at <= now()
        and is_judged
        and (is_open or is_decided or closed_at > due_at)
),

totals as (
    select
        {key} as bucket,
        count(*) as due_n,
        count(*) filter (where is_on_time) as on_time_n,
        count(*) filter (where not is_instant) as due_not_instant_n,
        count(*) filter (where is_on_time and not is_instant) as on_time_not_instant_n,
        count(*) filter (where is_moved) as moved_n
    from due
    {group}
),

final as (
    select
        bucket,
        due_n,
        on_time_n,
        cast(on_time_n as double) / nullif(due_n, 0) as on_time_rate,
        due_not_instant_n,
        on_time_not_instant_n,
        cast(on_time_not_instant_n as double) / nullif(due_not_instant_n, 0) as on_time_not_instant_rate,
        moved_n,
        cast(moved_n as double) / nullif(due_n, 0) as moved_rate
    from totals
)

select * from final
