-- view: case_suspension
-- grain: one suspension of one case, with the span that it takes out of the clock, as known at the session's as-of
-- note: what case_state.suspensions holds as a list, for those who read no lists
with stopped as (
    select
        case_no,
        item_id,
        item_name,
        village_code,
        township_code,
        county_code,
        org_code,
        unnest(suspensions) as suspension
    from case_state
),

final as (
    select
        case_no,
        item_id,
        item_name,
        village_code,
        township_code,
        county_code,
        org_code,
        suspension['stop_id'] as stop_id,
        suspension['kind'] as kind,
        suspension['started_at'] as started_at,
        suspension['ended_at'] as ended_at,
        suspension['cap_at'] as cap_at,
        suspension['deducted_from'] as deducted_from,
        suspension['deducted_until'] as deducted_until
    from stopped
)

select * from final
