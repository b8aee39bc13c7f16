-- view: handling_hist
-- grain: one handling time in one month, of a village (grain VILLAGE) or of a department's item (ORG_ITEM)
-- note: knows the present; as of a past day ask case_state
-- note: each case is there in both grains: ask for one of them
-- note: what no case counts in any more is left out
with final as (
    select
        grain,
        month,
        village_code,
        org_code,
        item_id,
        is_instant,
        used_days_tenths,
        sum(n) as n,
        sum(zero_day) as zero_day
    from lake.handling_hist
    group by grain, month, village_code, org_code, item_id, is_instant, used_days_tenths
    having sum(n) > 0
)

select * from final
