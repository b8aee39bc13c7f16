-- metric: M10 avg_handling
-- title_zh: 平均办理时长
-- title_en: Handling time
-- unit: a workdays, b workdays, c workdays, d cases, e workdays, f calendar days, g calendar days,
--     h calendar days, i workdays, j workdays, k workdays, l cases
-- grain: one row a bucket with at least one case decided in the period, or open at its end;
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
--     f delivered_n (cases): of calendar_n, those that were delivered by as_of
--     f mean_calendar_days (calendar days): mean of calendar_n from receipt to delivery, else to closing
--     g median_calendar_days (calendar days): their median
--     h p90_calendar_days (calendar days): their 90th percentile
--     i open_n (cases): open at the end of the period, or at as_of if that is earlier, INSTANT left out
--     i mean_open_wd (workdays): mean of their age: workdays after day 0 up to then, nothing deducted
--     j median_open_wd (workdays): median of their age
--     k p90_open_wd (workdays): 90th percentile of their age
--     l open_instant_n (cases): INSTANT cases open then
-- rows: case_no
--     decided_n: timed where not is_instant
--     zero_day_n: timed where not is_instant and used_wd = 0
--     instant_n: timed where is_instant
--     calendar_n: timed where not is_instant and calendar_days is not null
--     delivered_n: timed where not is_instant and calendar_days is not null and is_delivered
--     open_n: waiting where not is_instant
--     open_instant_n: waiting where is_instant
-- formula: over CLO that was decided, without INSTANT: mean, median and p90 of used_days, which is
--     used_ratio x N in tenths of a workday; and of local days from receipt to delivery,
--     where nothing was delivered to closing; beside it the age of what was open at the end of the period
-- caveat: Open cases are in none of a to h, so that leaving them open makes these better: show i to k beside it.
--     Stocks repeat in every period: never add i or l. Their age has suspensions in it, and is unknown where the
--     calendar is. Percentiles are exact and interpolated between neighbours. A certificate that is yet to be
--     delivered counts up to the closing until it is, so f to h of the last days grow. Only deliveries at or after
--     the closing count. A receipt after the closing is a data error and left out of f to h. NO_LIMIT cases are out.
-- source: domain §5
with decided as (
    select
        case_no,
        {bucket} as bucket,
        coalesce(limit_n = 0, false) as is_instant,
        used_wd,
        cast(used_days_tenths as double) as used_tenths,
        received_at,
        closed_at,
        closed_on
    from case_state
    where
        {decided}
        and used_days_tenths is not null
),

deliveries as (
    -- Of all versions of events, since the view of the latest ones looks at every event of the lake.
    select case_no, occurred_at
    from (
        select
            case_no,
            occurred_at,
            row_number() over (
                partition by case_no, event_id
                order by coalesce(recorded_at, known_at) desc, known_at desc, ingested_at desc
            ) as place
        from workflow_event_history
        where event_type = 'DELIVER' and biz_date::date >= $from and occurred_at <= now() and known_at <= now()
    )
    where place = 1
),

delivered as (
    select decided.case_no, min(occurred_at)::date as delivered_on
    from decided
    join deliveries on deliveries.case_no = decided.case_no
    where occurred_at >= closed_at
    group by decided.case_no
),

timed as (
    select
        decided.case_no,
        bucket,
        is_instant,
        used_wd,
        used_tenths,
        delivered_on is not null as is_delivered,
        case
            when closed_at >= received_at
            then cast(coalesce(delivered_on, closed_on) - received_at::date as double)
        end as calendar_days
    from decided
    left join delivered on delivered.case_no = decided.case_no
),

period_end as (
    -- The last day of the period, or that of as_of.
    select max(date) as last_on
    from calendar_day
    where
        region = (select max(value) from lake_meta where key = 'region')
        and date::date >= $from
        and date::date < $to
        and date <= now()::date
),

waiting as (
    -- What was open then, each with its age.
    select
        case_no,
        {bucket} as bucket,
        coalesce(limit_n = 0, false) as is_instant,
        started_on,
        cast(workdays_between(started_on, last_on) as double) as open_wd
    from case_state
    cross join period_end
    where
        is_judged
        and now()::date >= $from
        and (is_open or closed_on >= $to)
        and started_on < $to
),

split as (
    select
        bucket,
        used_wd,
        case when not is_instant then used_tenths end as used_tenths,
        case when is_instant then used_tenths end as instant_tenths,
        is_delivered,
        case when not is_instant then calendar_days end as calendar_days,
        cast(null as bigint) as waiting,
        cast(null as bigint) as waiting_instant,
        cast(null as double) as open_wd
    from timed
    union all
    select
        bucket,
        null as used_wd,
        null as used_tenths,
        null as instant_tenths,
        null as is_delivered,
        null as calendar_days,
        case when not is_instant then 1 end as waiting,
        case when is_instant then 1 end as waiting_instant,
        case when not is_instant then open_wd end as open_wd
    from waiting
),

totals as (
    select
        -- Of whole tenths and whole days a p90 has one place, to which it is rounded below: the weight between two
        -- neighbours may be cut after some places, as DataFusion does after six.
        {key} as bucket,
        count(used_tenths) as decided_n,
        sum(used_tenths) as used_tenths,
        percentile_cont(0.5) within group (order by used_tenths) as median_tenths,
        percentile_cont(0.9) within group (order by used_tenths) as p90_tenths,
        count(used_tenths) filter (where used_wd = 0) as zero_day_n,
        count(instant_tenths) as instant_n,
        sum(instant_tenths) as instant_tenths,
        count(calendar_days) as calendar_n,
        count(calendar_days) filter (where is_delivered) as delivered_n,
        sum(calendar_days) as calendar_days,
        percentile_cont(0.5) within group (order by calendar_days) as median_calendar_days,
        percentile_cont(0.9) within group (order by calendar_days) as p90_calendar_days,
        count(waiting) as open_n,
        count(open_wd) as aged_n,
        sum(open_wd) as open_wd,
        percentile_cont(0.5) within group (order by open_wd) as median_open_wd,
        percentile_cont(0.9) within group (order by open_wd) as p90_open_wd,
        count(waiting_instant) as open_instant_n
    from split
    {group}
),

final as (
    select
        bucket,
        decided_n,
        used_tenths / (10.0 * nullif(decided_n, 0)) as mean_used_days,
        median_tenths / 10.0 as median_used_days,
        round(p90_tenths, 1) / 10.0 as p90_used_days,
        zero_day_n,
        instant_n,
        instant_tenths / (10.0 * nullif(instant_n, 0)) as instant_mean_used_days,
        calendar_n,
        delivered_n,
        calendar_days / nullif(calendar_n, 0) as mean_calendar_days,
        median_calendar_days,
        round(p90_calendar_days, 1) as p90_calendar_days,
        open_n,
        open_wd / nullif(aged_n, 0) as mean_open_wd,
        median_open_wd,
        round(p90_open_wd, 1) as p90_open_wd,
        open_instant_n
    from totals
)

select * from final
