-- panel: search_cases
-- grain: one case
-- key: case_no
-- params: $q part of a case number in capitals, or empty, $item an item_id, or empty, $until number of rows
-- caveat: a number that is met whole first, then the newest receipt; total is the number of cases that
--     are met, of which these are the first
with met as (
    select
        *,
        cast(row_number() over (
            order by upper(case_no) = $q desc, received_at desc nulls last, case_no
        ) as bigint) as place,
        cast(count(*) over () as bigint) as total
    from case_state
    where ($item <> '' and item_id = $item)
        or ($item = '' and $q <> '' and contains(upper(case_no), $q))
),

items as (
    select item_id, max(name) as name, max(name_en) as name_en
    from service_item_history
    group by item_id
),

final as (
    select
        m.case_no,
        m.place,
        m.total,
        coalesce(m.item_name, i.name) as item_name,
        i.name_en as item_name_en,
        m.village_code,
        v.village_name,
        v.township_name,
        v.county_name,
        m.status,
        m.received_at,
        m.due_at,
        m.closed_at
    from met m
    left join village_ever v on v.village_code = m.village_code
    left join items i on i.item_id = m.item_id
    where m.place <= $until
)

select * from final
