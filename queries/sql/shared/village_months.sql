-- shared: the counts of the village table, from the marts up to $until and the cases in motion from then on
{months},

median as (
    select
        village_ever.{level}_code as code,
        used_tenths,
        sum(n) as n
    from timed
    join village_ever on village_ever.village_code = timed.village_code
    group by code, used_tenths
    having sum(n) > 0
),

placed as (
    select
        code,
        used_tenths,
        sum(n) over (partition by code order by used_tenths) as up_to,
        sum(n) over (partition by code) as total
    from median
),

medians as (
    select
        code,
        -- the two cases in the middle, or the one
        (
            min(case when 2 * up_to >= total then used_tenths end) + min(case when 2 * up_to > total then used_tenths end)
        ) / 2.0 as median_tenths
    from placed
    group by code
),

flow_totals as (
    select
        village_ever.{level}_code as code,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed,
        sum(due) as due_n,
        sum(due_on_time) as due_on_time_n,
        sum(supervised) as supervised
    from flow
    join village_ever on village_ever.village_code = flow.village_code
    group by code
),

case_totals as (
    select flow_totals.*, median_tenths
    from flow_totals
    left join medians on medians.code = flow_totals.code
    where received <> 0 or accepted <> 0 or closed <> 0 or due_n <> 0 or supervised <> 0
)
