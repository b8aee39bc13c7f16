-- view: region_edition
-- grain: one edition of the regions, with the days on which it is in force: from its first day on, and no more once
--     another has begun, whatever it says of its own end
-- columns:
--     first_day: first day in force
--     end_day: first day no longer in force
--     told_end: what its rows say of its end
--     villages: how many it has
-- note: rows that are added to an edition later begin later, and make no other edition of it
with told as (
    select
        edition,
        min(valid_from) as first_day,
        -- An edition ends where all its rows do; one of them alone may end before.
        case when count(valid_to) = count(*) then max(valid_to) end as told_end,
        count(*) filter (where level = 'village') as villages
    from region
    group by edition
),

final as (
    select
        edition,
        first_day,
        least(told_end, lead(first_day) over (order by first_day, edition)) as end_day,
        told_end,
        villages
    from told
)

select * from final
