-- check: mart_handling_hist
-- title_zh: 办理时长分布等于办件之和
-- title_en: The histogram of handling times equals its cases
-- row: a bucket of handling_hist whose counts are not those of its cases in case_state
-- note: both as they rest, in the latest fold of each case, so that nothing depends on the session's as-of
-- source: domain §5 (M10); the contract's measures
with hot as (
    select
        case_no,
        max(fold_version) as fold_version
    from lake.case_state
    where part = 'hot'
    group by case_no
),

cases as (
    select
        village_code,
        org_code,
        item_id,
        cast(date_trunc('month', closed_on) as date) as month,
        limit_n is not distinct from 0 as is_instant,
        used_days_tenths,
        case when used_wd = 0 then 1 else 0 end as zero_day
    from (
        select cold.*
        from lake.case_state as cold
        left anti join hot on hot.case_no = cold.case_no
        where cold.part = 'cold'
        union all
        select state.*
        from lake.case_state as state
        join hot on hot.case_no = state.case_no and hot.fold_version = state.fold_version
        where state.part = 'hot'
    ) as standing
    where
        closed_on is not null
        and is_decided
        and due_basis <> 'NO_LIMIT'
        and start_from is not null
        and used_days_tenths is not null
),

buckets as (
    select
        'VILLAGE' as grain,
        month,
        village_code,
        cast(null as varchar) as org_code,
        cast(null as varchar) as item_id,
        is_instant,
        used_days_tenths,
        1 as n,
        zero_day
    from cases
    union all
    select 'ORG_ITEM', month, cast(null as varchar), org_code, item_id, is_instant, used_days_tenths, 1, zero_day
    from cases
    union all
    select grain, month, village_code, org_code, item_id, is_instant, used_days_tenths, -n, -zero_day
    from lake.handling_hist
),

differences as (
    select
        grain,
        month,
        village_code,
        org_code,
        item_id,
        is_instant,
        used_days_tenths,
        sum(n) as n,
        sum(zero_day) as zero_day
    from buckets
    group by grain, month, village_code, org_code, item_id, is_instant, used_days_tenths
    having sum(n) <> 0 or sum(zero_day) <> 0
),

final as (
    select
        concat_ws(
            ' ',
            case
                when grain = 'VILLAGE' then coalesce(village_code, 'no village')
                else coalesce(org_code, 'no department') || ' ' || coalesce(item_id, 'no item')
            end,
            cast(month as varchar),
            case when is_instant then 'instant' end,
            'tenths ' || cast(used_days_tenths as varchar)
        ) as key,
        'cases less sums: n ' || cast(n as varchar) || ', zero_day ' || cast(zero_day as varchar) as detail
    from differences
    order by key
    limit 1000
)

select * from final
