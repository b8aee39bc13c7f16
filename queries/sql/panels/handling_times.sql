-- panel: handling_times
-- grain: one row
-- unit: cases; working days
-- params: $region text pattern of village codes, $from, $to dates, half open
-- caveat: M10 a to c, without INSTANT; the columns of M10 that ask events for the delivery are not here
with decided as (
    select cast(used_days_tenths as double) as used_tenths
    from case_state
    where closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
        and used_days_tenths is not null
        and coalesce(limit_n <> 0, true)
        and coalesce(village_code, '') like $region
),

totals as (
    select
        count(*) as decided_n,
        percentile_cont(0.5) within group (order by used_tenths) as median_tenths,
        percentile_cont(0.9) within group (order by used_tenths) as p90_tenths
    from decided
),

final as (
    select
        decided_n,
        median_tenths / 10.0 as median_used_days,
        round(p90_tenths, 1) / 10.0 as p90_used_days
    from totals
)

select * from final
