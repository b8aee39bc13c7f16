-- panel: cards
-- grain: one card
-- key: card_id
-- params: $object an object_type or ALL, $region, $level text patterns, $shown one of OPEN,
--     UNCONFIRMED, ENDED, SUPERSEDED, LAPSED, CANCELLED, NET, GROSS, $issued_from, $issued_to instants,
--     half open, $organization, $item text ('' = any), $after, $until places
-- caveat: ordered by due day, then by the instant of the card; places count from 1; total is the
--     number of cards that are picked, on whatever page; panel card_totals counts by the same words;
--     a village is named as the region edition of the card's day has it, or if it is gone the last that had it
with cards as (
    select
        *,
        case
            when state = 'UNCONFIRMED' then 'UNCONFIRMED'
            when is_open then 'OPEN'
            when state = 'ISSUED' then 'ENDED'
            else state
        end as shown
    from card
    where ($object = 'ALL' or object_type = $object)
        and level like $level
        and issued_at >= $issued_from
        and issued_at < $issued_to
        and coalesce(village_code, '') like $region
        and ($organization = '' or responsible_org = $organization)
        and ($item = '' or item_id = $item)
),

picked as (
    select
        *,
        cast(row_number() over (order by due_on nulls last, issued_at, case_no, level, card_id) as bigint) as place,
        cast(count(*) over () as bigint) as total
    from cards
    where shown = $shown
        or ($shown = 'NET' and is_net and shown <> 'UNCONFIRMED')
        or ($shown = 'GROSS' and shown <> 'UNCONFIRMED')
),

items as (
    select item_id, max(name) as name, max(name_en) as name_en
    from service_item_history
    group by item_id
),

final as (
    select
        -- the card
        c.card_id,
        c.place,
        c.total,
        c.level,
        c.shown,
        c.clock,
        c.cycle,
        -- what it is about
        c.object_type,
        c.object_id,
        -- the case
        c.case_no,
        coalesce(c.item_name, i.name) as item_name,
        i.name_en as item_name_en,
        c.village_code,
        coalesce(v.village_name, e.village_name) as village_name,
        coalesce(v.township_name, e.township_name) as township_name,
        coalesce(v.county_name, e.county_name) as county_name,
        c.responsible_org as org_code,
        o.name as org_name,
        o.name_en as org_name_en,
        -- its instants
        c.condition_at,
        c.issued_at,
        c.due_on,
        c.due_at
    from picked c
    left join village_edition v
        on v.village_code = c.village_code
        and v.first_day <= cast(c.condition_at as date)
        and (v.end_day is null or v.end_day > cast(c.condition_at as date))
    left join village_ever e on e.village_code = c.village_code
    left join organization_history o on o.org_code = c.responsible_org
    left join items i on i.item_id = c.item_id
    where c.place > $after and c.place <= $until
)

select * from final
