-- check: states_equal_facts
-- title_zh: 办件状态与事实的办件相同
-- title_en: The cases of states are those of the facts
-- row: a case that registrations or events tell of and case_state lacks, or the other way round
-- note: only facts whose batch has been folded; what has just landed has its state after the next derive. While a batch
--     is withdrawn its cases may show here until the derive that follows it
-- source: design §3; analytics' derive
with folded as (
    select
        batch_id,
        max(ingested_at) as ingested_at
    from lake.folded_batch
    group by batch_id
),

told as (
    select case_no, batch_id, ingested_at
    from lake.workflow_case
    union all
    select case_no, batch_id, ingested_at
    from lake.workflow_event
),

-- 0: landed only
facts as (
    select
        told.case_no,
        max(case when told.ingested_at <= folded.ingested_at then 1 else 0 end) as is_folded
    from told
    left join folded on folded.batch_id = told.batch_id
    group by told.case_no
),

states as (
    select distinct case_no
    from lake.case_state
),

final as (
    select
        coalesce(facts.case_no, states.case_no) as key,
        case
            when states.case_no is null then 'in the facts, not in case_state'
            else 'in case_state, not in the facts'
        end as detail
    from facts
    full join states on states.case_no = facts.case_no
    where facts.case_no is null or (states.case_no is null and facts.is_folded = 1)
    order by key
    limit 1000
)

select * from final
