-- view: case_suspension
-- grain: one suspension of one case, known at the session's as-of: case_state.suspensions, laid flat
-- columns:
--     case_org_code: department responsible for the case's decision
--     stop_id: workflow_event.stop_id
--     kind: workflow_event.stop_kind
--     started_at: when it began
--     ended_at: when it ended; null: it has not
--     cap_at: when its approved length is over
--     deducted_from: begin of what does not count
--     deducted_until: end of what does not count, half open
with stopped as (
    select
        case_no,
        org_code as case_org_code,
        item_id,
        village_code,
        township_code,
        county_code,
        unnest(suspensions) as stop
    from case_state
),

final as (
    select
        case_no,
        case_org_code,
        item_id,
        village_code,
        township_code,
        county_code,
        stop['stop_id'] as stop_id,
        stop['kind'] as kind,
        stop['started_at'] as started_at,
        stop['ended_at'] as ended_at,
        stop['cap_at'] as cap_at,
        stop['deducted_from'] as deducted_from,
        stop['deducted_until'] as deducted_until
    from stopped
)

select * from final
