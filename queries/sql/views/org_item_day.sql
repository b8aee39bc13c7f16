-- view: org_item_day
-- grain: one department, item and day
-- note: knows the present; as of a past day ask case_state
-- note: what no case counts in any more is left out
with final as (
    select
        org_code,
        item_id,
        day,
        sum(received) as received,
        sum(accepted) as accepted,
        sum(closed) as closed,
        sum(ended) as ended,
        sum(clo) as clo,
        sum(clo_on_time) as clo_on_time,
        sum(clo_not_instant) as clo_not_instant,
        sum(clo_early) as clo_early,
        sum(due) as due,
        sum(due_on_time) as due_on_time,
        sum(due_not_instant) as due_not_instant,
        sum(due_not_instant_on_time) as due_not_instant_on_time,
        sum(due_moved) as due_moved,
        sum(decided) as decided,
        sum(decided_instant) as decided_instant,
        sum(statutory_n) as statutory_n,
        sum(statutory_wd) as statutory_wd,
        sum(used_wd) as used_wd,
        sum(supervised) as supervised,
        sum(supervised_ended) as supervised_ended,
        sum(overdue_began) as overdue_began,
        sum(overdue_ended) as overdue_ended
    from lake.org_item_day
    group by org_code, item_id, day
    having sum(received + accepted + closed + ended + due) > 0
)

select * from final
