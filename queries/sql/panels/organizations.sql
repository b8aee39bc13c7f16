-- panel: organizations
-- grain: one organization
-- key: org_code
with final as (
    select org_code, name, name_en
    from organization
)

select * from final
