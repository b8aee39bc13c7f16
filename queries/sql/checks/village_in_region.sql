-- check: village_in_region
-- title_zh: 办件所在村在当日区划版本之中
-- title_en: Villages of cases are in the region edition of their day
-- row: a village and day of cases of which the region edition of that day knows no such village, or another township
--     or county above it, so that they are missing in tables by region, or counted in the wrong one
-- note: the day is that of the receipt, or where none is known of the acceptance, the closing, the first record
-- source: domain §5 (aggregation)
with dated as (
    select
        case_no,
        village_code,
        township_code,
        county_code,
        cast(coalesce(received_at, started_at, closed_at, first_known_at) as date) as day
    from case_state
    where village_code is not null and not is_excluded
),

places as (
    select
        village_code,
        township_code,
        county_code,
        day,
        count(*) as cases,
        min(case_no) as first_case
    from dated
    group by village_code, township_code, county_code, day
),

known as (
    select
        places.village_code,
        places.day
    from places
    join village_edition as edition on edition.village_code = places.village_code
    where edition.first_day <= places.day
        and (edition.end_day is null or edition.end_day > places.day)
        and edition.township_code = coalesce(places.township_code, '')
        and edition.county_code = coalesce(places.county_code, '')
),

final as (
    select
        places.village_code || ' ' || cast(places.day as varchar) as key,
        cast(places.cases as varchar) || ' cases in ' || coalesce(places.township_code, 'no township') || ', '
            || coalesce(places.county_code, 'no county') || '; ' || places.first_case as detail
    from places
    left anti join known on known.village_code = places.village_code and known.day = places.day
    order by key, detail
    limit 1000
)

select * from final
