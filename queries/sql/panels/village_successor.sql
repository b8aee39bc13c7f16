-- panel: village_successor
-- grain: the village that goes on under the name of one that is gone; none where none is known
-- params: $village
with gone as (
    select village_code, edition
    from village_ever
    where village_code = $village and gone_on is not null
),

named as (
    select min(region_change.successor_code) as successor_code
    from region_change
    join gone on gone.village_code = region_change.code and gone.edition = region_change.earlier
    where region_change.first_day <= current_date()
),

final as (
    select
        village_ever.village_code,
        village_ever.village_name
    from named
    join village_ever on village_ever.village_code = named.successor_code
)

select * from final
