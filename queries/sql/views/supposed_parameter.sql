-- view: metric_parameter
-- grain: one value of one parameter from a day on, in a session that supposes values: these in the place of the lake's
with final as (
    select key, value, valid_from, source
    from lake.metric_parameter
    where key not in (select key from overlay.supposed_parameter)
    union all
    select key, value, valid_from, source
    from overlay.supposed_parameter
)

select * from final
