-- check: card_instants
-- title_zh: 牌的时刻先后有序
-- title_en: The instants of cards are in order
-- row: a card that was issued before its rule was met, or a red card that does not lie after the due time that it
--     rests on
-- source: domain §4 (cards)
with told as (
    select
        card_id as key,
        case
            when issued_at < condition_at then 'issued before its rule was met'
            when level = 'RED' and condition_at <= due_at then 'red before its due time was over'
        end as detail
    from card_all
),

final as (
    select key, detail
    from told
    where detail is not null
    order by key
    limit 1000
)

select * from final
