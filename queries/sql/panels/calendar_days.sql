-- panel: calendar_days
-- grain: one day of a year whose calendar is known
-- key: day
-- params: $calendar region of the calendar, $from, $to dates, half open
with final as (
    select c.date as day, c.is_workday, c.name
    from calendar_day c
    join calendar_year y on y.region = c.region and y.year = extract(year from c.date)::bigint and y.status = 'KNOWN'
    where c.region = $calendar and c.date >= $from and c.date < $to
)

select * from final
