-- panel: organizations
-- grain: one organization, also one that is no more: cases of before name it
-- key: org_code
with final as (
    select org_code, name, name_en
    from organization_history
)

select * from final
