-- view: village_ever
-- grain: one village of any region edition that has begun, as the last one that knew it has it
-- columns:
--     village_name: name of the village
--     township_name: name of its township
--     county_name: name of its county
--     first_day: when the first edition that has it began
--     gone_on: first day on which none has it any more; null: one has
-- note: first_day is when the first of them began; gone_on the first day on which none has it any more, null while
--     one has
with ranked as (
    select
        *,
        row_number() over (partition by village_code order by first_day desc) as place,
        min(first_day) over (partition by village_code) as known_from
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
        known_from as first_day,
        case when end_day <= current_date() then end_day end as gone_on
    from ranked
    where place = 1
)

select * from final
