-- metric: M04 early_rate
-- title_zh: 提前办结率
-- title_en: Closed early
-- unit: ratio
-- grain: one row a bucket with at least one case, not INSTANT, closed in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a closed_not_instant_n (cases): CLO without INSTANT (limit 0): decided in the period, or ended in it overdue
--     a early_n (cases): of these, closed on a day before due_on
--     a early_rate (ratio of early_n / closed_not_instant_n): null when nothing was closed
-- rows: case_no
--     closed_not_instant_n: closed
--     early_n: closed where is_early
-- formula: CLO without INSTANT closed on a day before due_on / CLO without INSTANT
-- caveat: Other systems divide by all closed cases, or by the accepted ones: this one by the closed ones that
--     were not instant. By days: closed on due_on is on time and not early. A padded limit raises it: show M07
--     beside it. Ended without a decision leaves both sides unless overdue when it ended; NO_LIMIT cases are out.
-- source: domain §5
with closed as (
    select
        case_no,
        {bucket} as bucket,
        closed_on < due_on as is_early
    from case_state
    where
        closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_judged
        and (is_decided or closed_at > due_at)
        and coalesce(limit_n <> 0, true)
),

totals as (
    select
        {key} as bucket,
        count(*) as closed_not_instant_n,
        count(*) filter (where is_early) as early_n
    from closed
    {group}
),

final as (
    select
        bucket,
        closed_not_instant_n,
        early_n,
        cast(early_n as double) / nullif(closed_not_instant_n, 0) as early_rate
    from totals
)

select * from final
