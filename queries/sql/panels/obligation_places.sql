-- panel: obligation_places
-- grain: one place and item of the catalogue with an obligation due in the period
-- key: place, catalogue_item
-- unit: obligations
-- params: $level village, township or county, $region text pattern of village codes, $from, $to dates, half open
-- caveat: M22 and M23 by place and item at once; obligations approved as not applicable are left out
with {disclosure},

marked as (
    select
        case
            when $level = 'village' then obligation.village_code
            when $level = 'township' then obligation.township_code
            else obligation.county_code
        end as place,
        named.catalogue_item,
        first_at is not null as is_published,
        coalesce(first_at <= obligation.due_at, false) as is_on_time,
        coalesce(is_standing, false) as is_standing
    from obligation
    join disclosure_obligation as named on named.obligation_id = obligation.obligation_id
    left join standing on standing.obligation_id = obligation.obligation_id
    where not is_not_applicable and coalesce(obligation.village_code, '') like $region
),

final as (
    select
        place,
        catalogue_item,
        count(*) as due_n,
        count(*) filter (where is_standing) as disclosed_n,
        count(*) filter (where is_on_time) as on_time_n,
        count(*) filter (where not is_published) as missing_n,
        count(*) filter (where is_published and not is_standing) as taken_down_n
    from marked
    group by place, catalogue_item
)

select * from final
order by place, catalogue_item
