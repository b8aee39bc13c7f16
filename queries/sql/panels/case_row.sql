-- panel: case_row
-- grain: one case
-- key: case_no
-- params: $case_no
-- caveat: the village is named as the region edition of the case's day has it: of the receipt, or where none is
--     known of the acceptance, the closing, the first record
with items as (
    select item_id, max(name) as name, max(name_en) as name_en
    from service_item_history
    group by item_id
),

final as (
    select
        s.case_no,
        s.case_kind,
        s.status,
        s.is_open,
        s.due_basis,
        coalesce(s.item_name, i.name) as item_name,
        i.name_en as item_name_en,
        s.village_code,
        v.village_name,
        v.township_name,
        v.county_name,
        coalesce(s.holder_org, s.org_code) as org_code
    from case_state s
    left join village_edition v
        on v.village_code = s.village_code
        and v.first_day <= cast(coalesce(s.received_at, s.started_at, s.closed_at, s.first_known_at) as date)
        and (
            v.end_day is null
            or v.end_day > cast(coalesce(s.received_at, s.started_at, s.closed_at, s.first_known_at) as date)
        )
    left join items i on i.item_id = s.item_id
    where s.case_no = $case_no
)

select * from final
