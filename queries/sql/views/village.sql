-- view: village
-- grain: one village of the region edition of the day
with edition as (
    select * from lake.region
    where valid_from <= current_date() and (valid_to is null or valid_to > current_date())
),

final as (
    select
        village.code as village_code,
        village.name as village_name,
        township.code as township_code,
        township.name as township_name,
        county.code as county_code,
        county.name as county_name
    from edition as village
    join edition as township on township.code = village.parent_code
    join edition as county on county.code = township.parent_code
    where village.level = 'village'
)

select * from final
