-- metric: M23 disclosure_on_time_rate
-- title_zh: 公开及时率
-- title_en: Disclosed on time
-- unit: a ratio, b obligations, c obligations
-- grain: one row a bucket with at least one obligation due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for
--     a due_n (obligations): due in the period and by as_of, without those approved as not applicable
--     a on_time_n (obligations): of these, first shown by the platform at or before the due time
--     a on_time_rate (ratio of on_time_n / due_n): null when nothing was due
--     b late_n (obligations): of due_n, first shown after the due time
--     c missing_n (obligations): of due_n, never published by as_of
-- rows: obligation_id
--     due_n: marked
--     on_time_n: marked where first_at <= due_at
--     late_n: marked where first_at > due_at
--     missing_n: marked where first_at is null
-- formula: obligations due in the period, first shown by then / obligations due in the period
-- caveat: By the time at which the platform first showed it, not by a date written on it (R19). What was shown
--     in time and taken down early is in time here: show M22 and M24 beside it. Not applicable as in M22. A
--     publication that names no obligation counts for none.
-- source: domain §5
with {disclosure},

marked as (
    select
        obligation_id,
        {bucket} as bucket,
        first_at,
        due_at
    from obligation
    where not is_not_applicable
),

totals as (
    select
        {key} as bucket,
        count(*) as due_n,
        count(*) filter (where first_at <= due_at) as on_time_n,
        count(*) filter (where first_at > due_at) as late_n,
        count(*) filter (where first_at is null) as missing_n
    from marked
    {group}
),

final as (
    select
        bucket,
        due_n,
        on_time_n,
        cast(on_time_n as double) / nullif(due_n, 0) as on_time_rate,
        late_n,
        missing_n
    from totals
)

select * from final
