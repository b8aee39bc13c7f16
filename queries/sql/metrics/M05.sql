-- metric: M05 overdue_rate
-- title_zh: 超期率
-- title_en: Overdue rate
-- unit: ratio
-- grain: one row a bucket with at least one case closed in the period or open and overdue at its end;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a closed_n (cases): CLO, decided in the period, and whatever ended in it overdue
--     a closed_overdue_n (cases): of these, closed after due_at
--     a backlog_n (cases): OO, open and past due_at at the end of the period, or at as_of if that is earlier
--     a overdue_n (cases): closed_overdue_n + backlog_n
--     a counted_n (cases): closed_n + backlog_n
--     a overdue_rate (ratio of overdue_n / counted_n): null when both are zero
-- rows: case_no
--     counted_n: counted
--     overdue_n: counted where is_backlog or is_closed_late
--     closed_n: counted where not is_backlog
--     closed_overdue_n: counted where not is_backlog and is_closed_late
--     backlog_n: counted where is_backlog
-- formula: (CLO closed after due_at + OO at the end) / (CLO + OO at the end); end = min(end of period, as_of)
-- caveat: The backlog repeats in each period: run the metric for the longer period, never add periods.
--     Cases due later than as_of are not in it. Open cases of a source that has not reported lately
--     count as overdue until it reports. A period that lies after as_of is empty.
-- source: domain §5
with counted as (
    -- A case is closed in the period or open at its end, never both. The end is compared as local
    -- days for the end of the period and as an instant for as_of; the earlier of the two decides.
    select
        case_no,
        {bucket} as bucket,
        is_open or closed_on >= $to as is_backlog,
        coalesce(closed_at > due_at, false) as is_closed_late
    from case_state
    where
        is_judged
        and now()::date >= $from
        and (
            (
                not is_open
                and closed_on >= $from
                and closed_on < $to
                and (is_decided or closed_at > due_at)
            )
            or (
                (is_open or closed_on >= $to)
                and started_on < $to
                and due_on < $to
                and due_at < now()
            )
        )
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where not is_backlog) as closed_n,
        count(*) filter (where not is_backlog and is_closed_late) as closed_overdue_n,
        count(*) filter (where is_backlog) as backlog_n
    from counted
    {group}
),

final as (
    select
        bucket,
        closed_n,
        closed_overdue_n,
        backlog_n,
        closed_overdue_n + backlog_n as overdue_n,
        closed_n + backlog_n as counted_n,
        cast(closed_overdue_n + backlog_n as double) / nullif(closed_n + backlog_n, 0) as overdue_rate
    from totals
)

select * from final
