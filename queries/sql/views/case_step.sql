-- view: case_step
-- grain: one step of one case, in the order in which they were taken, as known at the session's as-of
-- note: what case_state.steps holds as a list, for those who read no lists
with taken as (
    select
        case_no,
        item_id,
        item_name,
        village_code,
        township_code,
        county_code,
        org_code,
        unnest(steps) as step
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
        step['step_seq'] as step_seq,
        step['step_name'] as step_name,
        step['org_code'] as step_org_code,
        step['started_at'] as started_at,
        step['ended_at'] as ended_at,
        step['limit_n'] as limit_n,
        step['limit_unit'] as limit_unit,
        step['due_on'] as due_on,
        step['due_at'] as due_at,
        step['used_wd'] as used_wd
    from taken
)

select * from final
