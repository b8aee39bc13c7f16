-- panel: regions
-- grain: one village of the region edition of the day, or of an earlier one: then with the day since when it is gone
-- key: village_code
with final as (
    select
        village_code,
        village_name,
        township_code,
        township_name,
        county_code,
        county_name,
        first_day,
        gone_on
    from village_ever
)

select * from final
