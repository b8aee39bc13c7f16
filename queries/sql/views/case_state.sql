-- view: case_state
-- grain: one case, as known at the session's as-of
-- columns:
--     status: as domain §4 point 12 has it, at the as-of
--     is_open: whether it has not ended, nor been taken back
--     is_excluded: whether its source has taken it back
--     is_judged: whether it has a clock that has begun
-- note: status follows domain §4 point 12; everything is compared at full precision
-- note: is_judged = status not in (EXCLUDED, NO_LIMIT, NOT_STARTED), told without working the status out;
-- one that its source has taken back has no instants, and EXCLUDED for its basis
with standing as (
    select cold.*
    from lake.case_state as cold
    left anti join overlay.hidden as hidden on hidden.case_no = cold.case_no
    where cold.part = 'cold'
    union all by name
    select * from overlay.case_state
),

final as (
    select
        * exclude (part, fold_version, engine_version, started_at, started_on),
        -- a deemed acceptance is none before its midnight
        case when start_from <= now() then started_at end as started_at,
        case when start_from <= now() then started_on end as started_on,
        case
            when due_basis = 'EXCLUDED' then 'EXCLUDED'
            when due_basis = 'NO_LIMIT' then 'NO_LIMIT'
            when start_from is null or start_from > now() then 'NOT_STARTED'
            when closed_at is not null and closed_at <= now() then case
                when closed_at > due_at then 'CLOSED_OVERDUE'
                when not is_decided then 'ENDED'
                when limit_n = 0 and coalesce(extension_days, 0) = 0 then 'CLOSED_INSTANT'
                when closed_on < due_on then 'CLOSED_EARLY'
                else 'CLOSED_ON_TIME'
            end
            when now() > due_at then 'OVERDUE_OPEN'
            when suspended_from <= now() and now() < suspended_until then 'SUSPENDED'
            when yellow_at <= now() then 'NEAR_LIMIT'
            else 'RUNNING'
        end as status,
        (due_basis <> 'EXCLUDED' and (closed_at is null or closed_at > now())) as is_open,
        due_basis = 'EXCLUDED' as is_excluded,
        (due_basis <> 'NO_LIMIT' and start_from is not null and start_from <= now()) as is_judged
    from standing
)

select * from final
