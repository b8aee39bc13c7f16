-- panel: lamp
-- grain: one row
-- params: $today date
-- caveat: a village has reported when one of its cases was received, accepted or closed today;
--     first_day is the first day of which anything is known; village_day knows the present only,
--     a past as_of asks panel lamp_past
with days as (
    -- Counts are never negative: a day has something in it when one of its villages has.
    select day, sum(received + accepted + closed) as n
    from lake.village_day
    group by day
),

begun as (
    select min(day) as first_day
    from days
    where n > 0
),

reported as (
    select count(village_code) as villages_today
    from village_day
    where day = $today and received + accepted + closed > 0
),

final as (
    select villages, villages_today, first_day, sources, batches, watermark, last_batch_at
    from freshness
    cross join begun
    cross join reported
)

select * from final
