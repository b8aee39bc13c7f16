-- panel: calendar_coverage
-- grain: one region of the calendar
-- key: region
-- unit: days of the years that are known; known years that have any
-- caveat: known_from is the date of the newest notice that counts, null if none has a date
with final as (
    select
        c.region,
        min(c.date) as first_day,
        max(c.date) as last_day,
        count(*) as days,
        count(*) filter (where c.is_workday) as workdays,
        count(distinct extract(year from c.date)) as years,
        max(c.version) as version,
        max(c.known_from) as known_from
    from calendar_day c
    join calendar_year y on y.region = c.region and y.year = extract(year from c.date)::bigint and y.status = 'KNOWN'
    group by c.region
)

select * from final
