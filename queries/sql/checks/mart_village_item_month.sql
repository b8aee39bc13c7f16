-- check: mart_village_item_month
-- title_zh: 村事项月汇总等于办件之和
-- title_en: The sums by village, item and month equal their cases
-- row: a village, item and month whose sums in village_item_month are not those of its cases in case_state
-- note: both as they rest, in the latest fold of each case, so that nothing depends on the session's as-of
-- source: domain §5; the contract's measures, which name the metrics
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
        item_id,
        cast(received_at as date) as received_on,
        started_on,
        due_on,
        closed_on,
        greatest(started_on, due_on) as over_on,
        greatest(started_on, closed_on) as ended_on,
        is_decided,
        due_basis <> 'NO_LIMIT' and start_from is not null as is_judged,
        coalesce(closed_at <= due_at, false) as is_in_time,
        coalesce(closed_at > due_at, false) as is_late,
        limit_n is not distinct from 0 as is_instant,
        coalesce(extension_days > 0, false) as is_extended,
        excluded_days > 0 as is_stopped,
        statutory_limit,
        used_wd
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

flows as (
    select
        village_code,
        item_id,
        cast(date_trunc('month', received_on) as date) as month,
        1 as received
    from cases
    where received_on is not null
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', started_on) as date) as month,
        1 as accepted,
        cast(is_judged as bigint) as supervised
    from cases
    where started_on is not null
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', closed_on) as date) as month,
        cast(is_decided as bigint) as closed,
        cast(not is_decided as bigint) as ended
    from cases
    where closed_on is not null
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', closed_on) as date) as month,
        1 as clo,
        cast(is_in_time as bigint) as clo_on_time,
        cast(not is_instant as bigint) as clo_not_instant,
        cast(not is_instant and coalesce(closed_on < due_on, false) as bigint) as clo_early,
        cast(is_decided as bigint) as decided,
        cast(is_decided and is_instant and not is_extended and not is_late as bigint) as decided_instant
    from cases
    where closed_on is not null and is_judged and (is_decided or is_late)
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', closed_on) as date) as month,
        1 as statutory_n,
        statutory_limit as statutory_wd,
        used_wd
    from cases
    where
        closed_on is not null
        and is_judged
        and is_decided
        and not is_instant
        and statutory_limit is not null
        and used_wd is not null
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', ended_on) as date) as month,
        1 as supervised_ended
    from cases
    where is_judged and started_on is not null and closed_on is not null
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', due_on) as date) as month,
        1 as due,
        cast(is_decided and is_in_time as bigint) as due_on_time,
        cast(not is_instant as bigint) as due_not_instant,
        cast(not is_instant and is_decided and is_in_time as bigint) as due_not_instant_on_time,
        cast(is_stopped or is_extended as bigint) as due_moved
    from cases
    where due_on is not null and is_judged and (closed_on is null or is_decided or is_late)
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', over_on) as date) as month,
        1 as overdue_began
    from cases
    where
        is_judged
        and started_on is not null
        and due_on is not null
        and (closed_on is null or closed_on > over_on)
    union all by name
    select
        village_code,
        item_id,
        cast(date_trunc('month', closed_on) as date) as month,
        1 as overdue_ended
    from cases
    where is_judged and started_on is not null and due_on is not null and closed_on > over_on
    union all by name
    select
        village_code,
        item_id,
        month,
        -received as received,
        -accepted as accepted,
        -closed as closed,
        -ended as ended,
        -clo as clo,
        -clo_on_time as clo_on_time,
        -clo_not_instant as clo_not_instant,
        -clo_early as clo_early,
        -due as due,
        -due_on_time as due_on_time,
        -due_not_instant as due_not_instant,
        -due_not_instant_on_time as due_not_instant_on_time,
        -due_moved as due_moved,
        -decided as decided,
        -decided_instant as decided_instant,
        -statutory_n as statutory_n,
        -statutory_wd as statutory_wd,
        -used_wd as used_wd,
        -supervised as supervised,
        -supervised_ended as supervised_ended,
        -overdue_began as overdue_began,
        -overdue_ended as overdue_ended
    from lake.village_item_month
),

differences as (
    select
        village_code,
        item_id,
        month,
        concat_ws(
            ', ',
            case when sum(received) <> 0 then 'received ' || cast(sum(received) as varchar) end,
            case when sum(accepted) <> 0 then 'accepted ' || cast(sum(accepted) as varchar) end,
            case when sum(closed) <> 0 then 'closed ' || cast(sum(closed) as varchar) end,
            case when sum(ended) <> 0 then 'ended ' || cast(sum(ended) as varchar) end,
            case when sum(clo) <> 0 then 'clo ' || cast(sum(clo) as varchar) end,
            case when sum(clo_on_time) <> 0 then 'clo_on_time ' || cast(sum(clo_on_time) as varchar) end,
            case when sum(clo_not_instant) <> 0 then 'clo_not_instant ' || cast(sum(clo_not_instant) as varchar) end,
            case when sum(clo_early) <> 0 then 'clo_early ' || cast(sum(clo_early) as varchar) end,
            case when sum(due) <> 0 then 'due ' || cast(sum(due) as varchar) end,
            case when sum(due_on_time) <> 0 then 'due_on_time ' || cast(sum(due_on_time) as varchar) end,
            case when sum(due_not_instant) <> 0 then 'due_not_instant ' || cast(sum(due_not_instant) as varchar) end,
            case when sum(due_not_instant_on_time) <> 0 then 'due_not_instant_on_time ' || cast(sum(due_not_instant_on_time) as varchar) end,
            case when sum(due_moved) <> 0 then 'due_moved ' || cast(sum(due_moved) as varchar) end,
            case when sum(decided) <> 0 then 'decided ' || cast(sum(decided) as varchar) end,
            case when sum(decided_instant) <> 0 then 'decided_instant ' || cast(sum(decided_instant) as varchar) end,
            case when sum(statutory_n) <> 0 then 'statutory_n ' || cast(sum(statutory_n) as varchar) end,
            case when sum(statutory_wd) <> 0 then 'statutory_wd ' || cast(sum(statutory_wd) as varchar) end,
            case when sum(used_wd) <> 0 then 'used_wd ' || cast(sum(used_wd) as varchar) end,
            case when sum(supervised) <> 0 then 'supervised ' || cast(sum(supervised) as varchar) end,
            case when sum(supervised_ended) <> 0 then 'supervised_ended ' || cast(sum(supervised_ended) as varchar) end,
            case when sum(overdue_began) <> 0 then 'overdue_began ' || cast(sum(overdue_began) as varchar) end,
            case when sum(overdue_ended) <> 0 then 'overdue_ended ' || cast(sum(overdue_ended) as varchar) end
        ) as detail
    from flows
    group by village_code, item_id, month
),

final as (
    select
        coalesce(village_code, 'no village') || ' ' || coalesce(item_id, 'no item') || ' ' || cast(month as varchar) as key,
        'cases less sums: ' || detail as detail
    from differences
    where detail <> ''
    order by key
    limit 1000
)

select * from final
