-- panel: closing_days
-- grain: one day on which a case that is no instant one was closed
-- key: day
-- unit: cases; tenths of working days
-- params: $region text pattern of village codes, $from, $to dates, half open
-- caveat: closed and early are the sums behind M04: CLO without INSTANT (decided, or ended overdue),
--     and of these closed on a date before the due day; the median is of the decided ones, as in M10
with closed as (
    select closed_on, due_on, is_decided, used_days_tenths
    from case_state
    where closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_judged
        and (is_decided or closed_at > due_at)
        and coalesce(limit_n <> 0, true)
        and coalesce(village_code, '') like $region
),

final as (
    select
        closed_on as day,
        count(*) as closed,
        count(*) filter (where closed_on < due_on) as early,
        median(case when is_decided then cast(used_days_tenths as double) end) as median_tenths
    from closed
    group by closed_on
)

select * from final
