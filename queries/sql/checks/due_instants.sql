-- check: due_instants
-- title_zh: 受理、预警、到期的时刻先后有序
-- title_en: Start, warning and due time of cases are in order
-- row: a case that is due before it started, is near its limit only when it is over, is overdue while it is in time, or
--     has a due day that is not the day of its due time
-- source: domain §4 points 1, 3 and 12
with told as (
    select
        case_no as key,
        case
            when due_at < started_at then 'due before it started'
            when yellow_at > red_at then 'near its limit after it is overdue'
            when red_at <= due_at then 'overdue while in time'
            when due_on <> cast(due_at as date) then 'due on another day than its due time says'
            when (due_at is null) <> (due_on is null) then 'due day and due time are not both known'
        end as detail
    from case_state
),

final as (
    select key, detail
    from told
    where detail is not null
    order by key
    limit 1000
)

select * from final
