-- metric: M08 actual_speedup
-- title_zh: 办理提速率
-- title_en: Actual speed-up against the statutory limit
-- unit: a ratio, b ratio, c ratio, d cases
-- grain: one row a bucket with at least one case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a decided_n (cases): decided in the period, with a statutory limit in workdays, INSTANT (limit 0) left out
--     a statutory_wd (workdays): their statutory limits
--     a used_wd (workdays): workdays that they used by the clock, what stops took out not counted
--     a actual_speedup (ratio): (statutory_wd - used_wd) / statutory_wd; null when nothing was decided
--     b full_n (cases): of decided_n, those whose receipt is known
--     b full_wd (workdays): their workdays after the day of receipt up to the day of closing, nothing deducted
--     b full_speedup (ratio): the speed-up by full_wd; null when no receipt is known
--     c instant_n (cases): INSTANT cases decided in the period, with a statutory limit in workdays
--     c instant_speedup (ratio): (their statutory limits - their used_wd) / their statutory limits
--     d no_statutory_n (cases): decided in the period, left out of a to c: no statutory limit in workdays
-- rows: case_no
--     decided_n: decided where statutory_wd is not null and not is_instant
--     full_n: decided where statutory_wd is not null and not is_instant and full_wd is not null
--     instant_n: decided where statutory_wd is not null and is_instant
--     no_statutory_n: decided where statutory_wd is null
-- formula: (sum of statutory limits - sum of used_wd) / sum of statutory limits over CLO that was decided
-- caveat: The second of three meanings of "50 %": what was done against the law, not what was promised (M07) and
--     not against what was before (M09). May be negative. Suspensions and late acceptance lower used_wd: show b
--     beside it, which deducts nothing. An extension does not raise the statutory limit here. Open cases are not
--     in it. A receipt after the closing is a data error and left out of b. NO_LIMIT cases are out.
-- source: domain §5
with decided as (
    select
        case_no,
        {bucket} as bucket,
        coalesce(limit_n = 0, false) as is_instant,
        cast(statutory_limit as double) as statutory_wd,
        cast(used_wd as double) as used_wd,
        case
            when closed_at >= received_at then cast(workdays_between(received_at::date, closed_on) as double)
        end as full_wd
    from case_state
    where
        {decided}
        and used_wd is not null
),

totals as (
    select
        {key} as bucket,
        count(statutory_wd) filter (where not is_instant) as decided_n,
        sum(statutory_wd) filter (where not is_instant) as statutory_wd,
        sum(used_wd) filter (where not is_instant and statutory_wd is not null) as used_wd,
        count(full_wd) filter (where not is_instant and statutory_wd is not null) as full_n,
        sum(statutory_wd) filter (where not is_instant and full_wd is not null) as full_statutory_wd,
        sum(full_wd) filter (where not is_instant and statutory_wd is not null) as full_wd,
        count(statutory_wd) filter (where is_instant) as instant_n,
        sum(statutory_wd) filter (where is_instant) as instant_statutory_wd,
        sum(used_wd) filter (where is_instant and statutory_wd is not null) as instant_used_wd,
        count(*) filter (where statutory_wd is null) as no_statutory_n
    from decided
    {group}
),

final as (
    select
        bucket,
        decided_n,
        statutory_wd,
        used_wd,
        (statutory_wd - used_wd) / nullif(statutory_wd, 0) as actual_speedup,
        full_n,
        full_wd,
        (full_statutory_wd - full_wd) / nullif(full_statutory_wd, 0) as full_speedup,
        instant_n,
        (instant_statutory_wd - instant_used_wd) / nullif(instant_statutory_wd, 0) as instant_speedup,
        no_statutory_n
    from totals
)

select * from final
