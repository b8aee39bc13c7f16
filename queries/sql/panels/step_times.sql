-- panel: step_times
-- grain: one step, by its name
-- key: step_name
-- unit: steps; office hours
-- params: $item, $organization text ('' = any), $region text pattern of village codes, $from, $to dates, half open
-- order: the step that took most hours first
-- caveat: of cases decided in the period, without INSTANT, as handling_spread; the department is that of the case.
--     A step that was sent back goes on with itself (domain §4 point 9), so its end is its last. What a step waited
--     is counted from the end of the step before it, as step_flow does; one that began before that waited for
--     nothing. Office hours are those that were known at as_of, and stops are not taken out
with decided as (
    select steps
    from case_state
    where closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
        and coalesce(limit_n <> 0, true)
        and cardinality(steps) > 0
        and ($item = '' or item_id = $item)
        and ($organization = '' or org_code = $organization)
        and coalesce(village_code, '') like $region
),

-- two lists that are laid beside each other: each step, and the one behind it
beside as (
    select
        unnest(steps) as step,
        unnest(array_slice(steps, 2, cast(cardinality(steps) as bigint))) as following
    from decided
),

worked as (
    select
        coalesce(step['step_name'], cast(step['step_seq'] as varchar)) as step_name,
        case
            when step['ended_at'] >= step['started_at'] then office_seconds(step['started_at'], step['ended_at'])
        end as work_sec,
        cast(null as bigint) as wait_sec,
        1 as taken,
        case when step['due_at'] is not null then 1 else 0 end as limited,
        case when coalesce(step['ended_at'], now()) > step['due_at'] then 1 else 0 end as late
    from beside
    where step is not null
),

waited as (
    select
        coalesce(following['step_name'], cast(following['step_seq'] as varchar)) as step_name,
        cast(null as bigint) as work_sec,
        case
            when following['started_at'] >= step['ended_at']
                then office_seconds(step['ended_at'], following['started_at'])
        end as wait_sec,
        0 as taken,
        0 as limited,
        0 as late
    from beside
    where following is not null
),

parts as (
    select * from worked
    union all
    select * from waited
),

totals as (
    select
        step_name,
        cast(sum(taken) as bigint) as taken_n,
        count(work_sec) as worked_n,
        coalesce(sum(work_sec), 0) / 3600.0 as work_hours,
        median(cast(work_sec as double)) / 3600.0 as median_work_hours,
        percentile_cont(0.9) within group (order by cast(work_sec as double)) / 3600.0 as p90_work_hours,
        count(wait_sec) as waited_n,
        coalesce(sum(wait_sec), 0) / 3600.0 as wait_hours,
        median(cast(wait_sec as double)) / 3600.0 as median_wait_hours,
        cast(sum(limited) as bigint) as limited_n,
        cast(sum(late) as bigint) as late_n
    from parts
    group by step_name
),

final as (
    select
        totals.*,
        (work_hours + wait_hours) / nullif(sum(work_hours + wait_hours) over (), 0) as hours_share
    from totals
)

select * from final
order by work_hours + wait_hours desc, step_name
