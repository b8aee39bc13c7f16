-- check: village_day_sums
-- title_zh: 村日汇总等于办件之和
-- title_en: The sums by village and day equal their cases
-- row: a village and day whose sums in village_day are not those of its cases in case_state
-- note: both as they rest, in the latest fold of each case, so that nothing depends on the session's as-of
-- source: domain §5; analytics' measures of village_day
with hot as (
    select
        case_no,
        max(fold_version) as fold_version
    from lake.case_state
    where part = 'hot'
    group by case_no
),

cases as (
    select
        village_code,
        cast(coalesce(received_at, started_at) as date) as received_on,
        started_on,
        due_on,
        closed_on,
        is_decided,
        coalesce(closed_at <= due_at, false) as is_in_time
    from (
        select cold.*
        from lake.case_state as cold
        left anti join hot on hot.case_no = cold.case_no
        where cold.part = 'cold'
        union all
        select state.*
        from lake.case_state as state
        join hot on hot.case_no = state.case_no and hot.fold_version = state.fold_version
        where state.part = 'hot'
    ) as standing
),

days as (
    select
        village_code,
        received_on as day,
        1 as received,
        0 as accepted,
        0 as closed,
        0 as on_time,
        0 as due,
        0 as due_ok
    from cases
    where received_on is not null
    union all
    select village_code, started_on, 0, 1, 0, 0, 0, 0
    from cases
    where started_on is not null
    union all
    select village_code, closed_on, 0, 0, 1, case when is_in_time then 1 else 0 end, 0, 0
    from cases
    where closed_on is not null and is_decided
    union all
    -- who left in time without a decision is not among those due
    select village_code, due_on, 0, 0, 0, 0, 1, case when is_in_time then 1 else 0 end
    from cases
    where due_on is not null and not (closed_on is not null and not is_decided and is_in_time)
    union all
    select village_code, day, -received, -accepted, -closed, -closed_on_time, -due, -due_on_time
    from lake.village_day
),

differences as (
    select
        village_code,
        day,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed,
        sum(on_time) as on_time,
        sum(due) as due,
        sum(due_ok) as due_ok
    from days
    group by village_code, day
    having sum(received) <> 0
        or sum(accepted) <> 0
        or sum(closed) <> 0
        or sum(on_time) <> 0
        or sum(due) <> 0
        or sum(due_ok) <> 0
),

final as (
    select
        coalesce(village_code, 'no village') || ' ' || cast(day as varchar) as key,
        'cases less sums: received ' || cast(received as varchar) || ', accepted ' || cast(accepted as varchar)
            || ', closed ' || cast(closed as varchar) || ' (' || cast(on_time as varchar) || ' on time), due '
            || cast(due as varchar) || ' (' || cast(due_ok as varchar) || ' on time)' as detail
    from differences
    order by key
    limit 1000
)

select * from final
