-- panel: items
-- grain: one item of service, also one that is no more: cases of before name it
-- key: item_id
with ranked as (
    select
        item_id,
        name,
        name_en,
        row_number() over (partition by item_id order by valid_from desc, version desc) as place
    from service_item_history
    where not coalesce(is_deleted, false)
),

final as (
    select item_id, name, name_en
    from ranked
    where place = 1
)

select * from final
