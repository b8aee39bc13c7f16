-- view: village_edition
-- grain: one village of one region edition, with the days on which it was in force there
-- columns:
--     village_name: name of the village
--     township_name: name of its township
--     county_name: name of its county
--     first_day: first day in force
--     end_day: first day no longer in force
with final as (
    select
        edition.edition,
        village.code as village_code,
        village.name as village_name,
        township.code as township_code,
        township.name as township_name,
        county.code as county_code,
        county.name as county_name,
        greatest(village.valid_from, edition.first_day) as first_day,
        least(village.valid_to, edition.end_day) as end_day
    from region as village
    join region_edition as edition on edition.edition = village.edition
    join region as township on township.edition = village.edition and township.code = village.parent_code
    join region as county on county.edition = village.edition and county.code = township.parent_code
    where village.level = 'village'
        and (edition.end_day is null or edition.end_day > edition.first_day)
)

select * from final
