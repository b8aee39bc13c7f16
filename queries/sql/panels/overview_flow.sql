-- panel: overview_flow
-- grain: one row
-- unit: cases
-- params: $region text pattern of village codes, $day_start, $as_of, $week_start, $week_at instants
-- caveat: "before" is the same weekday a week earlier up to the same time of day, by what is known
--     now; open counts every case that has not ended, accepted or not; what is neither open nor of
--     these eight days is in no count, and left out before its status is worked out
with cases as (
    select
        received_at,
        started_at,
        closed_at,
        coalesce(received_at, started_at) as begun_at,
        is_decided,
        is_open,
        status
    from case_state
    where (is_open or received_at >= $week_start or started_at >= $week_start or closed_at >= $week_start)
        and not is_excluded
        and coalesce(village_code, '') like $region
),

final as (
    select
        -- today
        count(*) filter (where received_at >= $day_start and received_at <= $as_of) as received_today,
        count(*) filter (where started_at >= $day_start and started_at <= $as_of) as accepted_today,
        count(*) filter (where is_decided and closed_at >= $day_start and closed_at <= $as_of) as closed_today,
        -- a week before
        count(*) filter (where received_at >= $week_start and received_at <= $week_at) as received_before,
        count(*) filter (where started_at >= $week_start and started_at <= $week_at) as accepted_before,
        count(*) filter (where is_decided and closed_at >= $week_start and closed_at <= $week_at) as closed_before,
        -- stock
        count(*) filter (where is_open) as open_now,
        count(*) filter (where begun_at <= $week_at and (closed_at is null or closed_at > $week_at)) as open_before,
        count(*) filter (where is_open and status = 'NEAR_LIMIT') as near_limit,
        count(*) filter (where is_open and status = 'OVERDUE_OPEN') as overdue
    from cases
)

select * from final
