-- view: data_incident
-- grain: one kind of incident, region and year
-- note: CALENDAR_UNKNOWN: the limits of these cases count days of a year whose calendar is not known; the weekday
-- rule answers, and no card is raised (domain §3, design §2.11). It is over when that year's calendar has landed
-- note: the year is that of the due date or, if that is known, the unknown one next to it
with own as (
    select value as region
    from lake.lake_meta
    where key = 'region'
),

known as (
    select
        own.region,
        min(extract(year from days.date)) as first_year,
        max(extract(year from days.date)) as last_year
    from own
    left join calendar_day as days on days.region = own.region
    group by own.region
),

touched as (
    select
        known.region,
        case
            when extract(year from due_on) not between first_year and last_year then extract(year from due_on)
            when extract(year from started_on) < first_year then first_year - 1
            else coalesce(last_year + 1, extract(year from due_on))
        end as year,
        is_open
    from case_state
    cross join known
    where is_provisional and due_on is not null
),

final as (
    select
        'CALENDAR_UNKNOWN' as kind,
        region,
        year::bigint as year,
        count(*) as cases,
        count(*) filter (where is_open) as open_cases
    from touched
    group by region, year
)

select * from final
