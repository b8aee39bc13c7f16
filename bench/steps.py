"""Which step follows which, by a window over the events, as one would write it in DuckDB."""

# Office seconds up to an instant, by the days of `worked` (tests/duck/lake.py) and office from 8 to 12 and 15 to 18.
WAITS = """create or replace temp table office as
    select day, is_workday, before * 25200 as seconds from worked"""

STEPS = """
    with step as (
        select
            case_no,
            coalesce(step_name, step_seq::varchar) as step,
            min(occurred_at) filter (event_type = 'STEP_START') as started_at,
            max(occurred_at) filter (event_type <> 'STEP_START') as ended_at
        from workflow_event
        where event_type in ('STEP_START', 'STEP_END', 'RETURN_STEP')
            and (step_seq is not null or step_name is not null)
        group by case_no, step_seq, coalesce(step_name, step_seq::varchar)
    ),
    followed as (
        select
            step as from_step,
            lead(step) over by_case as to_step,
            ended_at,
            lead(started_at) over by_case as next_at
        from step
        window by_case as (partition by case_no order by started_at)
    ),
    waits as (
        select
            from_step,
            to_step,
            next_at < ended_at as is_overlap,
            case when next_at >= ended_at then
                until.seconds + until.is_workday::integer * (
                    least(greatest(epoch(next_at::timestamp::time) - 28800, 0), 14400)
                    + least(greatest(epoch(next_at::timestamp::time) - 54000, 0), 10800)
                )
                - since.seconds - since.is_workday::integer * (
                    least(greatest(epoch(ended_at::timestamp::time) - 28800, 0), 14400)
                    + least(greatest(epoch(ended_at::timestamp::time) - 54000, 0), 10800)
                )
            end as wait_sec
        from followed
        left join office as since on since.day = ended_at::date
        left join office as until on until.day = next_at::date
        where to_step is not null
    )
    select
        from_step,
        to_step,
        count(*) as cases_n,
        count(*) filter (is_overlap) as overlaps_n,
        count(wait_sec) as waited_n,
        sum(wait_sec) / 3600.0 as wait_hours,
        avg(wait_sec) / 3600.0 as mean_wait_hours,
        median(wait_sec) / 3600.0 as median_wait_hours
    from waits
    group by from_step, to_step
    order by cases_n desc"""
