-- view: village
-- grain: one village of the region edition of the day: of the newest that has begun
-- columns:
--     village_name: name of the village
--     township_name: name of its township
--     county_name: name of its county
with final as (
    select village_code, village_name, township_code, township_name, county_code, county_name
    from village_edition
    where first_day <= current_date() and (end_day is null or end_day > current_date())
)

select * from final
