-- shared: the parameters that are numbers (..._on is a date, ..._items are codes)
parameter as (
    select
        key,
        case when not (ends_with(key, '_on') or ends_with(key, '_items')) then cast(value as double) end as value
    from (
    {parameters}
    )
)
