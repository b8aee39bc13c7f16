-- panel: lamp_past
-- grain: one row
-- params: $day_start instant
-- caveat: as panel lamp, but by what was known at a past as_of
with villages as (
    select count(*) as villages
    from village
),

reported as (
    select
        cast(min(coalesce(received_at, started_at)) as date) as first_day,
        count(distinct case when
            received_at >= $day_start or started_at >= $day_start or closed_at >= $day_start
        then village_code end) as villages_today
    from case_state
),

sources as (
    select
        count(*) as sources,
        coalesce(sum(batches), 0) as batches,
        max(watermark) as watermark,
        max(last_batch_at) as last_batch_at
    from source_status
),

final as (
    select villages, villages_today, first_day, sources, batches, watermark, last_batch_at
    from villages
    cross join reported
    cross join sources
)

select * from final
