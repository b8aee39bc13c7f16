-- metric: M25 power_list_rate
-- title_zh: 清单一致率
-- title_en: Complete lists of powers
-- unit: a ratio, b villages, c villages, d villages
-- grain: one row a bucket with at least one village; without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for
--     a villages_n (villages): of the region edition of the day
--     a consistent_n (villages): of these, with the powers and areas of the list (72 in 14), each with a flowchart
--     a consistent_rate (ratio of consistent_n / villages_n): null when no list of any of them has landed
--     b counts_match_n (villages): with the powers and areas of the list, flowcharts or not
--     c flowcharts_n (villages): with a list on which every power has a flowchart
--     d unlisted_n (villages): without any list; not consistent
-- rows: village_code
--     villages_n: marked
--     consistent_n: marked where is_match and has_flowcharts
--     counts_match_n: marked where is_match
--     flowcharts_n: marked where has_flowcharts
--     unlisted_n: marked where not is_listed
-- formula: villages whose list in force at the end of the period has 72 powers in 14 areas, each with a
--     flowchart / villages of the region edition of the day
-- caveat: The numbers 72 and 14 are parameters (power_list_powers, power_list_areas). A power of every village
--     (ALL) is on the list of each. Edition and list are those of the last day of the period, or of as_of if
--     that is earlier. Numbers are compared, not the texts of the powers. 428 villages is a claim (C1), no denominator.
-- source: domain §5; numbers [A]
with {numbers},

covered as (
    -- The villages of the last day of the period, or of as_of.
    select village_code, township_code, county_code
    from village_edition
    where
        now()::date >= $from
        and first_day::date < $to
        and first_day <= now()::date
        and (end_day is null or end_day::date >= $to or end_day > now()::date)
),

version as (
    select
        power_id,
        village_code,
        area_no,
        coalesce(trim(flowchart_uri), '') <> '' as has_flowchart,
        row_number() over (partition by power_id, village_code order by version desc) as version_rank
    from power_item
    where
        valid_from::date < $to
        and valid_from <= now()::date
        and (valid_to is null or valid_to::date >= $to or valid_to > now()::date)
),

listed as (
    -- A village's own version of a power takes the place of everybody's.
    select
        covered.village_code,
        power_id,
        area_no,
        has_flowchart,
        row_number() over (
            partition by covered.village_code, power_id
            order by case when version.village_code = 'ALL' then 1 else 0 end
        ) as own_rank
    from covered
    join version
        on version_rank = 1
        and version.village_code in ('ALL', covered.village_code)
),

list as (
    select
        village_code as listed_code,
        count(*) as powers,
        count(distinct area_no) as areas,
        bool_and(has_flowchart) as has_flowcharts
    from listed
    where own_rank = 1
    group by village_code
),

target as (
    select
        max(value) filter (where key = 'power_list_powers') as powers,
        max(value) filter (where key = 'power_list_areas') as areas
    from parameter
),

marked as (
    select
        village_code,
        {bucket} as bucket,
        listed_code is not null as is_listed,
        coalesce(list.powers = target.powers and list.areas = target.areas, false) as is_match,
        coalesce(has_flowcharts, false) as has_flowcharts
    from covered
    left join list on listed_code = village_code
    cross join target
),

totals as (
    select
        {key} as bucket,
        count(*) as villages_n,
        count(*) filter (where is_match and has_flowcharts) as consistent_n,
        count(*) filter (where is_match) as counts_match_n,
        count(*) filter (where has_flowcharts) as flowcharts_n,
        count(*) filter (where not is_listed) as unlisted_n
    from marked
    {group}
),

final as (
    select
        bucket,
        villages_n,
        consistent_n,
        case when unlisted_n < villages_n then cast(consistent_n as double) / villages_n end as consistent_rate,
        counts_match_n,
        flowcharts_n,
        unlisted_n
    from totals
)

select * from final
