-- panel: handling_spread
-- grain: one department or item with a case decided in the period
-- key: bucket
-- unit: cases; working days
-- params: $by item or organization, $from, $to dates, half open
-- caveat: the cases of M10 a to c, without INSTANT; rounded as there
with decided as (
    select
        case when $by = 'item' then item_id else org_code end as bucket,
        cast(used_days_tenths as double) as used_tenths
    from case_state
    where closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
        and used_days_tenths is not null
        and coalesce(limit_n <> 0, true)
),

totals as (
    select
        bucket,
        count(*) as decided_n,
        percentile_cont(0.1) within group (order by used_tenths) as p10_tenths,
        percentile_cont(0.25) within group (order by used_tenths) as p25_tenths,
        percentile_cont(0.5) within group (order by used_tenths) as median_tenths,
        percentile_cont(0.75) within group (order by used_tenths) as p75_tenths,
        percentile_cont(0.9) within group (order by used_tenths) as p90_tenths
    from decided
    group by bucket
),

final as (
    select
        bucket,
        decided_n,
        round(p10_tenths, 1) / 10.0 as p10_used_days,
        round(p25_tenths, 2) / 10.0 as p25_used_days,
        median_tenths / 10.0 as median_used_days,
        round(p75_tenths, 2) / 10.0 as p75_used_days,
        round(p90_tenths, 1) / 10.0 as p90_used_days
    from totals
)

select * from final
