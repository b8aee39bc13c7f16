-- panel: flow_days
-- grain: one day on which something happened
-- key: day
-- unit: cases
-- params: $region text pattern of village codes, $from, $to dates, half open, $from_at, $to_at the
--     instants at which these days begin
-- caveat: M01 by day, and M03 by due day; read from case_state, so that a past as_of is told as it
--     was known then (village_day knows the present only)
with cases as (
    select received_at, started_on, closed_on, due_on, due_at, closed_at, is_decided, is_open, is_judged
    from case_state
    where not is_excluded and coalesce(village_code, '') like $region
),

received as (
    select cast(received_at as date) as day, 1 as received, 0 as accepted, 0 as closed, 0 as due, 0 as due_on_time
    from cases
    where received_at >= $from_at and received_at < $to_at
),

accepted as (
    select started_on as day, 0 as received, 1 as accepted, 0 as closed, 0 as due, 0 as due_on_time
    from cases
    where started_on >= $from and started_on < $to
),

closed as (
    select closed_on as day, 0 as received, 0 as accepted, 1 as closed, 0 as due, 0 as due_on_time
    from cases
    where is_decided and not is_open and closed_on >= $from and closed_on < $to
),

due as (
    select
        due_on as day,
        0 as received,
        0 as accepted,
        0 as closed,
        1 as due,
        case when not is_open and is_decided and closed_at <= due_at then 1 else 0 end as due_on_time
    from cases
    where due_on >= $from
        and due_on < $to
        and is_judged
        and due_at <= now()
        and (is_open or is_decided or closed_at > due_at)
),

parts as (
    select * from received
    union all
    select * from accepted
    union all
    select * from closed
    union all
    select * from due
),

final as (
    select
        day,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed,
        sum(due) as due,
        sum(due_on_time) as due_on_time
    from parts
    group by day
)

select * from final
