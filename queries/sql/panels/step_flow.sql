-- panel: step_flow
-- grain: one step that directly follows another
-- key: from_step, to_step
-- unit: cases; office hours from the end of the one step to the beginning of the other
-- params: $item text ('' = any), $region text (beginning of a region code; '' = any)
-- order: the most frequent first
-- caveat: steps of a case are in the order in which each first began; one that was sent back goes on with
--     itself (domain §4 point 9), so its end is its last. One that began before the step before it had ended
--     waited for nothing: it counts under overlaps_n, and is in no waiting time. Office hours are those that
--     were known at as_of, and stops are not taken out
with chosen as (
    select steps
    from case_state
    where
        not is_excluded
        and cardinality(steps) > 1
        and ($item = '' or item_id = $item)
        and ($region = '' or starts_with(village_code, $region))
),

-- two lists that are laid beside each other: each step, and the one behind it
beside as (
    select
        unnest(steps) as step,
        unnest(array_slice(steps, 2, cast(cardinality(steps) as bigint))) as following
    from chosen
),

pairs as (
    select
        coalesce(step['step_name'], cast(step['step_seq'] as varchar)) as from_step,
        coalesce(following['step_name'], cast(following['step_seq'] as varchar)) as to_step,
        step['ended_at'] as ended_at,
        following['started_at'] as started_at
    from beside
    where following is not null
),

waits as (
    select
        from_step,
        to_step,
        started_at < ended_at or (ended_at is null and started_at is not null) as is_overlap,
        case when started_at >= ended_at then office_seconds(ended_at, started_at) end as wait_sec
    from pairs
),

final as (
    select
        from_step,
        to_step,
        count(*) as cases_n,
        count(*) filter (where is_overlap) as overlaps_n,
        count(wait_sec) as waited_n,
        sum(wait_sec) / 3600.0 as wait_hours,
        avg(wait_sec) / 3600.0 as mean_wait_hours,
        median(cast(wait_sec as double)) / 3600.0 as median_wait_hours
    from waits
    group by from_step, to_step
)

select * from final
order by cases_n desc, from_step, to_step
