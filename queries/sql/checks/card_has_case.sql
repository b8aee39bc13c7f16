-- check: card_has_case
-- title_zh: 每张牌都有办件
-- title_en: Every card has its case
-- row: a card whose case is not in case_state, so that it counts against an organization for nothing
-- source: domain §4; card.case_no
with final as (
    select
        card.card_id as key,
        'case ' || card.case_no || ' is not in case_state' as detail
    from card_all as card
    left anti join case_state as state on state.case_no = card.case_no
    order by key
    limit 1000
)

select * from final
