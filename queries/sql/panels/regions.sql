-- panel: regions
-- grain: one village of the region edition of the day
-- key: village_code
with final as (
    select village_code, village_name, township_code, township_name, county_code, county_name
    from village
)

select * from final
