-- panel: search_items
-- grain: one item whose name or id has the words in it
-- key: item_id
-- params: $q words in small letters
with final as (
    select item_id, max(name) as name, max(name_en) as name_en
    from service_item_history
    group by item_id
    having contains(lower(item_id || ' ' || coalesce(max(name), '') || ' ' || coalesce(max(name_en), '')), $q)
)

select * from final
