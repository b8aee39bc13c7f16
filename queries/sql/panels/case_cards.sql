-- panel: case_cards
-- grain: one card of one case, issued or still ahead (state FORECAST)
-- key: card_id
-- params: $case_no
with issued as (
    select card_id, object_type, object_id, level, cycle, state, is_open, condition_at, issued_at, superseded_at, lapsed_at, cancelled_at
    from card
    where case_no = $case_no
),

ahead as (
    select
        card_id,
        object_type,
        object_id,
        level,
        cycle,
        'FORECAST' as state,
        false as is_open,
        condition_at,
        issued_at,
        superseded_at,
        lapsed_at,
        cancelled_at
    from card_forecast
    where case_no = $case_no
),

final as (
    select * from issued
    union all
    select * from ahead
)

select * from final
