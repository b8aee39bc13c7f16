-- panel: cards_now
-- grain: one level of the cards about cases
-- key: level
-- unit: cards
-- params: $region text pattern of village codes, $day_start instant
-- caveat: as panel card_totals counts them, whenever they were issued; of the columns here none asks for a card that
--     was over before today, or before the day up to which its source has told everything
with cards as (
    select level, is_net, is_open, issued_at, state <> 'UNCONFIRMED' as is_confirmed
    from card
    where object_type = 'CASE' and coalesce(village_code, '') like $region
),

final as (
    select
        level,
        count(*) filter (where is_confirmed and is_open) as open_now,
        count(*) filter (where not is_confirmed) as unconfirmed,
        count(*) filter (where is_confirmed and is_net and issued_at >= $day_start) as issued_today
    from cards
    group by level
)

select * from final
