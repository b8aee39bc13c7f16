-- view: data_incident
-- grain: one kind of incident, region and year
-- note: CALENDAR_UNKNOWN: the limits of these cases count days of a year whose calendar is not known; the weekday
-- rule answers, and no card is raised (domain §3, design §2.11). It is over when calendar_year says that the year is known
-- note: the year is that of the due date or, if that is known, the unknown one next to it
with own as (
    select value as region
    from lake.lake_meta
    where key = 'region'
),

numbered as (
    select
        own.region,
        known.year,
        known.year - row_number() over (partition by own.region order by known.year)::bigint as span
    from own
    join calendar_year as known on known.region = own.region and known.status = 'KNOWN'
),

-- known years that follow each other
spans as (
    select region, min(year) as first_year, max(year) as last_year
    from numbered
    group by region, span
),

cases as (
    select
        own.region,
        extract(year from state.due_on)::bigint as due_year,
        extract(year from state.started_on)::bigint as start_year,
        state.is_open
    from case_state as state
    cross join own
    where state.is_provisional and state.due_on is not null
),

touched as (
    select
        cases.region,
        case
            when spans.region is null then cases.due_year
            when cases.start_year < spans.first_year then spans.first_year - 1
            else spans.last_year + 1
        end as year,
        cases.is_open
    from cases
    left join spans
        on spans.region = cases.region and cases.due_year between spans.first_year and spans.last_year
    -- a case that ended before its years were known stays as it was judged, and waits for nothing
    where spans.region is null or cases.is_open or cases.start_year < spans.first_year
),

final as (
    select
        'CALENDAR_UNKNOWN' as kind,
        region,
        year,
        count(*) as cases,
        count(*) filter (where is_open) as open_cases
    from touched
    group by region, year
)

select * from final
