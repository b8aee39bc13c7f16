-- view: village_day
-- grain: one village and day
-- note: knows the present; as of a past day ask case_state
with final as (
    select
        village_code,
        day,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed,
        sum(closed_on_time) as closed_on_time,
        sum(due) as due,
        sum(due_on_time) as due_on_time
    from lake.village_day
    group by village_code, day
)

select * from final
