-- view: case_step
-- grain: one step of one case as it was taken, known at the session's as-of: case_state.steps, laid flat
-- columns:
--     case_org_code: department responsible for the case's decision
--     step_seq: number of the step
--     step_name: 环节
--     org_code: organization that took the step
--     started_at: when it first began
--     ended_at: when it ended last; null: it has not
--     limit_n: the step's limit, in limit_unit
--     limit_unit: its unit
--     due_on: last day in time
--     due_at: last microsecond in time
--     used_wd: counted days that it took
with taken as (
    select
        case_no,
        org_code as case_org_code,
        item_id,
        village_code,
        township_code,
        county_code,
        unnest(steps) as step
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
        step['step_seq'] as step_seq,
        step['step_name'] as step_name,
        step['org_code'] as org_code,
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
