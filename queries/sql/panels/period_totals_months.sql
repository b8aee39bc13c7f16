-- panel: period_totals, from the marts up to $until and the cases in motion from then on
-- grain: one row
-- unit: cases
-- params: $region text pattern of village codes, $from, $until, $to dates; $until begins a month
with {months},

final as (
    select
        coalesce(sum(due), 0) as due_n,
        coalesce(sum(due_on_time), 0) as on_time_n,
        coalesce(sum(clo_not_instant), 0) as closed_n,
        coalesce(sum(clo_early), 0) as early_n
    from flow
    where coalesce(village_code, '') like $region
)

select * from final
