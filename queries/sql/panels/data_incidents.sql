-- panel: data_incidents
-- grain: one kind of incident, region and year
-- key: kind, region, year
-- unit: cases, of these open
with final as (
    select kind, region, year, cases, open_cases
    from data_incident
)

select * from final
