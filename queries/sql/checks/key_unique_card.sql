-- check: key_unique_card
-- title_zh: 红黄牌每张一行
-- title_en: One row for each card
-- row: a card id with several rows among issued cards and those ahead, so that it counts several times
-- source: grain of card (docs/TABLES.md)
with final as (
    select
        card_id as key,
        cast(count(*) as varchar) || ' rows' as detail
    from card_all
    group by card_id
    having count(*) > 1
    order by key
    limit 1000
)

select * from final
