-- panel: card_steps
-- grain: one numbered step of one case, with the name that it goes by
-- key: case_no, step_seq
-- params: $cases case numbers, each once, one a line
-- caveat: from the few numbers to their cases, so that of the states no more than those are decoded
with wanted as (
    select unnest(string_to_array($cases, chr(10))) as case_no
),

taken as (
    select s.case_no, unnest(s.steps) as step
    from wanted w
    join case_state s on s.case_no = w.case_no
),

named as (
    select case_no, step['step_seq'] as step_seq, step['step_name'] as step_name
    from taken
),

final as (
    select case_no, step_seq, step_name
    from named
    where step_seq is not null and step_name is not null
)

select * from final
