-- panel: lamp
-- grain: one row
-- params: $today date
-- caveat: a village has reported when one of its cases was received, accepted or closed today;
--     first_day is the first day of which anything is known; village_day knows the present only,
--     a past as_of asks panel lamp_past
with villages as (
    select count(*) as villages
    from village
),

reported as (
    select
        min(day) as first_day,
        count(distinct case when day = $today then village_code end) as villages_today
    from village_day
    where received + accepted + closed > 0
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
