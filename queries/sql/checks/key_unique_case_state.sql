-- check: key_unique_case_state
-- title_zh: 办件状态每件一行
-- title_en: One state for each case
-- row: a case number with several rows in case_state, so that it counts several times in every metric
-- source: grain of case_state (docs/TABLES.md)
with final as (
    select
        case_no as key,
        cast(count(*) as varchar) || ' rows' as detail
    from case_state
    group by case_no
    having count(*) > 1
    order by key
    limit 1000
)

select * from final
