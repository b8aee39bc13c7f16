-- check: steps_inside_case
-- title_zh: 环节不超出办件
-- title_en: Steps lie inside their case
-- row: a case with a step that began before its receipt, ended before it began or ended after the closing, without a
--     reason of the clock that says why
-- note: reasons that do: a step before the registration (point 11), an entry that was late and so takes effect when it
--     was recorded (point 10), an event after a final state, a case closed while a step was open
-- source: domain §4 points 10 and 11
with steps as (
    select
        case_no,
        received_at,
        closed_at,
        coalesce(array_has(reasons, 'STEP_BEFORE_REGISTRATION'), false) as may_be_early,
        coalesce(
            array_has(reasons, 'LATE_ENTRY')
                or array_has(reasons, 'EVENT_AFTER_FINAL')
                or array_has(reasons, 'CLOSED_BEFORE_STEP'),
            false
        ) as may_be_late,
        unnest(steps) as step
    from case_state
),

told as (
    select
        case_no,
        coalesce(step['step_name'], cast(step['step_seq'] as varchar), 'a step') as name,
        case
            when step['started_at'] < received_at and not may_be_early then 'began before the receipt'
            when step['ended_at'] < step['started_at'] then 'ended before it began'
            when step['ended_at'] > closed_at and not may_be_late then 'ended after the closing'
        end as what
    from steps
),

final as (
    select
        case_no as key,
        name || ' ' || what as detail
    from told
    where what is not null
    order by key, detail
    limit 1000
)

select * from final
