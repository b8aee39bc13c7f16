-- metric: M10 avg_handling
-- title_zh: 平均办理时长
-- title_en: Handling time
-- unit: a workdays, b workdays, c workdays, d cases, e workdays, f calendar days, g calendar days,
--     h calendar days
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
--     f delivered_n (cases): of calendar_n, those that were delivered by as_of
--     f mean_calendar_days (calendar days): mean of calendar_n from receipt to delivery, else to closing
--     g median_calendar_days (calendar days): their median
--     h p90_calendar_days (calendar days): their 90th percentile
-- rows: case_no
--     decided_n: timed where not is_instant
--     zero_day_n: timed where not is_instant and used_wd = 0
--     instant_n: timed where is_instant
--     calendar_n: timed where not is_instant and calendar_days is not null
--     delivered_n: timed where not is_instant and calendar_days is not null and is_delivered
-- formula: over CLO that was decided, without INSTANT: mean, median and p90 of used_days, which is
--     used_ratio x N in tenths of a workday; and of local days from receipt to delivery,
--     where nothing was delivered to closing
-- caveat: Open cases are not in it: show the age of open cases beside it. Percentiles are exact and
--     interpolated between neighbours. A certificate that is yet to be delivered counts up to the closing
--     until it is, so f to h of the last days grow. Only deliveries at or after the closing count. A receipt
--     after the closing is a data error and left out of f to h. NO_LIMIT cases are out.
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

split as (
    select
        bucket,
        used_wd,
        case when not is_instant then used_tenths end as used_tenths,
        case when is_instant then used_tenths end as instant_tenths,
        is_delivered,
        case when not is_instant then calendar_days end as calendar_days
    from timed
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
        percentile_cont(0.9) within group (order by calendar_days) as p90_calendar_days
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
        round(p90_calendar_days, 1) as p90_calendar_days
    from totals
)

select * from final
