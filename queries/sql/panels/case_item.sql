-- panel: case_item
-- grain: the version of an item that a case is judged by: in force on its day 0, else the last that
--     began before, else the first; no row if there is no such item
-- params: $item_id, $day
with versions as (
    select
        limit_basis,
        version,
        valid_from,
        case
            when valid_from <= $day and (valid_to is null or valid_to > $day) then 0
            when valid_from <= $day then 1
            else 2
        end as place,
        case when valid_from <= $day then valid_from end as begun_on
    from service_item_history
    where item_id = $item_id and not coalesce(is_deleted, false)
)

select limit_basis, version, valid_from, place, begun_on
from versions
order by place, begun_on desc, valid_from, version desc
limit 1
