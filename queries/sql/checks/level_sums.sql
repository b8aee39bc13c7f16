-- check: level_sums
-- title_zh: 各级合计等于全市
-- title_en: The sums of each level equal the whole
-- row: a level of regions at which the cases of the village table, and those without a place in it, are not those of
--     M01 without a breakdown: cases count twice, as where two editions of the regions are in force, or not at all
-- source: domain §5 (aggregation); M01
with whole as (
    select received_n, accepted_n, closed_n
    from (
{M01 all}
    ) as metric
),

parts as (
    select 'village' as level, received, accepted, closed
    from (
{village_table village}
    ) as placed
    union all
    select 'village' as level, received_n, accepted_n, closed_n
    from (
{M01 village}
    ) as metric
    left anti join village_ever on village_ever.village_code = metric.bucket
    union all
    select 'township' as level, received, accepted, closed
    from (
{village_table township}
    ) as placed
    union all
    select 'township' as level, received_n, accepted_n, closed_n
    from (
{M01 township}
    ) as metric
    left anti join village_ever on village_ever.township_code = metric.bucket
    union all
    select 'county' as level, received, accepted, closed
    from (
{village_table county}
    ) as placed
    union all
    select 'county' as level, received_n, accepted_n, closed_n
    from (
{M01 county}
    ) as metric
    left anti join village_ever on village_ever.county_code = metric.bucket
),

sums as (
    select
        level,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed
    from parts
    group by level
),

final as (
    select
        level as key,
        'received ' || cast(received as varchar) || ' of ' || cast(received_n as varchar)
            || ', accepted ' || cast(accepted as varchar) || ' of ' || cast(accepted_n as varchar)
            || ', closed ' || cast(closed as varchar) || ' of ' || cast(closed_n as varchar) as detail
    from sums
    cross join whole
    where received <> received_n or accepted <> accepted_n or closed <> closed_n
    order by key
    limit 1000
)

select * from final
