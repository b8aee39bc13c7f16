-- panel: turns
-- grain: one instant
-- params: $since instant
-- caveat: the next 500 instants after $since, in no order; is_card = a card is issued or gives way
--     then, else a case changes its status; an instant is in it as long as no news moves it
with ahead as (
    select issued_at as turn_at, true as is_card
    from card_all
    where is_official and issued_at > $since
    union all
    select superseded_at as turn_at, true as is_card
    from card_all
    where is_official and superseded_at > $since
    union all
    select yellow_at as turn_at, false as is_card
    from case_state
    where is_open and yellow_at > $since
    union all
    select due_at as turn_at, false as is_card
    from case_state
    where is_open and due_at > $since
    union all
    select start_from as turn_at, false as is_card
    from case_state
    where is_open and start_from > $since
    union all
    select suspended_until as turn_at, false as is_card
    from case_state
    where is_open and suspended_until > $since
),

final as (
    select turn_at, bool_or(is_card) as is_card
    from ahead
    group by turn_at
    order by turn_at
    limit 500
)

select * from final
