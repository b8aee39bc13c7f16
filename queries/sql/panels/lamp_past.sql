-- panel: lamp_past
-- grain: one row
-- params: $day_start instant
-- caveat: as panel lamp, but by what was known at a past as_of
with reported as (
    select
        cast(min(coalesce(received_at, started_at)) as date) as first_day,
        count(distinct village_code) filter (
            where received_at >= $day_start or started_at >= $day_start or closed_at >= $day_start
        ) as villages_today
    from case_state
),

final as (
    select villages, villages_today, first_day, sources, batches, watermark, last_batch_at
    from freshness
    cross join reported
)

select * from final
