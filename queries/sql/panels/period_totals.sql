-- panel: period_totals
-- grain: one row
-- unit: cases
-- params: $region text pattern of village codes, $from, $to dates, half open
-- caveat: due_n and on_time_n are those of M03a, closed_n and early_n the sums behind M04
with cases as (
    select
        coalesce(
            due_on >= $from and due_on < $to and due_at <= now() and (is_open or is_decided or closed_at > due_at),
            false
        ) as is_due,
        coalesce(not is_open and is_decided and closed_at <= due_at, false) as is_on_time,
        coalesce(
            closed_on >= $from
            and closed_on < $to
            and not is_open
            and (is_decided or closed_at > due_at)
            and coalesce(limit_n <> 0, true),
            false
        ) as is_closed,
        closed_on < due_on as is_early
    from case_state
    where is_judged
        and ((due_on >= $from and due_on < $to) or (closed_on >= $from and closed_on < $to))
        and coalesce(village_code, '') like $region
),

final as (
    select
        count(*) filter (where is_due) as due_n,
        count(*) filter (where is_due and is_on_time) as on_time_n,
        count(*) filter (where is_closed) as closed_n,
        count(*) filter (where is_closed and is_early) as early_n
    from cases
)

select * from final
