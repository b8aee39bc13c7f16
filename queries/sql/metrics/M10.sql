-- metric: M10 avg_handling
-- title_zh: 平均办理时长
-- title_en: Handling time
-- unit: a workdays, b workdays, c workdays, d cases, e workdays, f calendar days, g calendar days
-- grain: one row a bucket with at least one case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a decided_n (cases): decided in the period, INSTANT (limit 0) left out
--     a mean_used_days (workdays): mean of used_days
--     b median_used_days (workdays): median of used_days
--     c p90_used_days (workdays): 90th percentile of used_days
--     d zero_day_n (cases): of decided_n, decided before the first counted day began; in the means as they are
--     e instant_n (cases): INSTANT cases decided in the period
--     e instant_mean_used_days (workdays): their mean of used_days
--     f calendar_n (cases): of decided_n, those whose receipt is known
--     f mean_calendar_days (calendar days): their mean from the day of receipt to the day of closing
--     g median_calendar_days (calendar days): their median
-- formula: over CLO that was decided, without INSTANT: mean, median and p90 of used_days, which is
--     used_ratio x N in tenths of a workday; and of local days from receipt to closing
-- caveat: Open cases are not in it: show the age of open cases beside it. Percentiles are exact and
--     interpolated between neighbours. Delivery is not derived yet, so f and g end at the closing.
--     A receipt after the closing is a data error and left out of f and g. NO_LIMIT cases are out.
-- source: domain §5
with decided as (
    select
        {bucket} as bucket,
        coalesce(limit_n = 0, false) as is_instant,
        used_wd,
        cast(used_days_tenths as double) as used_tenths,
        case
            when closed_at >= received_at then cast(closed_on - received_at::date as double)
        end as calendar_days
    from case_state
    where
        closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
        and used_days_tenths is not null
),

split as (
    select
        bucket,
        used_wd,
        case when not is_instant then used_tenths end as used_tenths,
        case when is_instant then used_tenths end as instant_tenths,
        case when not is_instant then calendar_days end as calendar_days
    from decided
),

totals as (
    select
        {key} as bucket,
        count(used_tenths) as decided_n,
        sum(used_tenths) as used_tenths,
        percentile_cont(0.5) within group (order by used_tenths) as median_tenths,
        percentile_cont(0.9) within group (order by used_tenths) as p90_tenths,
        count(used_tenths) filter (where used_wd = 0) as zero_day_n,
        count(instant_tenths) as instant_n,
        sum(instant_tenths) as instant_tenths,
        count(calendar_days) as calendar_n,
        sum(calendar_days) as calendar_days,
        percentile_cont(0.5) within group (order by calendar_days) as median_calendar_days
    from split
    {group}
),

final as (
    select
        bucket,
        decided_n,
        used_tenths / (10.0 * nullif(decided_n, 0)) as mean_used_days,
        median_tenths / 10.0 as median_used_days,
        p90_tenths / 10.0 as p90_used_days,
        zero_day_n,
        instant_n,
        instant_tenths / (10.0 * nullif(instant_n, 0)) as instant_mean_used_days,
        calendar_n,
        calendar_days / nullif(calendar_n, 0) as mean_calendar_days,
        median_calendar_days
    from totals
)

select * from final
