-- view: village_ever
-- grain: one village of any region edition that has begun, as the last one that knew it has it
-- note: gone_on is the first day on which no edition has it any more; null while one has
with ranked as (
    select
        *,
        row_number() over (partition by village_code order by first_day desc) as place
    from village_edition
    where first_day <= current_date()
),

final as (
    select
        village_code,
        village_name,
        township_code,
        township_name,
        county_code,
        county_name,
        edition,
        case when end_day <= current_date() then end_day end as gone_on
    from ranked
    where place = 1
)

select * from final
