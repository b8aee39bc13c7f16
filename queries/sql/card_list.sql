-- list: the cards issued by the session's as-of
-- grain: one card
-- params: $level text ('%' = any), $region text (beginning of a region code; '' = any)
-- order: by the instant of issue
with final as (
    select
        case_no,
        object_type,
        level,
        issued_at,
        due_at,
        village_code as region_code,
        state,
        condition_at,
        is_net,
        is_open,
        responsible_org,
        item_id,
        item_name,
        source_system,
        policy,
        policy_version,
        cycle,
        superseded_at,
        lapsed_at,
        cancelled_at,
        card_id
    from card
    where
        level like $level
        and ($region = '' or starts_with(village_code, $region))
)

select * from final
order by issued_at, case_no, level
