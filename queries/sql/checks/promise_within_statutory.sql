-- check: promise_within_statutory
-- title_zh: 承诺时限不长于法定时限
-- title_en: No promise is longer than the law allows
-- row: a version of an item, in force today or later, whose promised limit is longer than its statutory limit
-- note: working days against natural days are compared, too: so many working days are never fewer natural days
-- source: domain §4 point 3; 行政许可法 art. 42 to 44
with final as (
    select
        item_id || ' version ' || cast(version as varchar) as key,
        'promised ' || cast(promised_limit as varchar) || ' ' || coalesce(promised_unit, 'WD') || ', statutory '
            || cast(statutory_limit as varchar) || ' ' || coalesce(statutory_unit, 'WD') as detail
    from service_item
    where promised_limit > statutory_limit
        and (
            coalesce(promised_unit, 'WD') = coalesce(statutory_unit, 'WD')
            or (coalesce(promised_unit, 'WD') = 'WD' and statutory_unit = 'CD')
        )
        and (valid_to is null or valid_to > now()::date)
    order by key
    limit 1000
)

select * from final
