-- panel: card_totals
-- grain: one level of one object type
-- key: object_type, level
-- unit: cards
-- params: $object an object_type or ALL, $region text pattern of village codes, $issued_from,
--     $issued_to instants, half open, $organization, $item text ('' = any)
-- caveat: gross = every card issued, net = gross without revoked and cancelled (domain §3); cards that
--     the source has not confirmed are in neither; ended = issued, and what it is about has ended
with cards as (
    select object_type, level, state, is_net, is_open, issued_at, state <> 'UNCONFIRMED' as is_confirmed
    from card
    where ($object = 'ALL' or object_type = $object)
        and issued_at >= $issued_from
        and issued_at < $issued_to
        and coalesce(village_code, '') like $region
        and ($organization = '' or responsible_org = $organization)
        and ($item = '' or item_id = $item)
),

final as (
    select
        object_type,
        level,
        count(*) filter (where is_confirmed) as gross,
        count(*) filter (where is_confirmed and is_net) as net,
        count(*) filter (where is_confirmed and is_open) as open_now,
        count(*) filter (where not is_confirmed) as unconfirmed,
        count(*) filter (where state = 'ISSUED' and not is_open) as ended,
        count(*) filter (where state = 'SUPERSEDED') as superseded,
        count(*) filter (where state = 'LAPSED') as lapsed,
        count(*) filter (where state = 'CANCELLED') as cancelled
    from cards
    group by object_type, level
)

select * from final
