-- shared: the lake's own items in force on the last day of the period, or of as_of, one row an item
    select *
    from (
        select *, row_number() over (partition by item_id order by valid_from desc, version desc) as place
        from service_item
        where
            now()::date >= $from
            and valid_from::date < $to
            and valid_from::date <= now()::date
            and (valid_to is null or valid_to::date >= $to or valid_to::date > now()::date)
            and coalesce(status, 'PUBLISHED') = 'PUBLISHED'
            and (region_code is null or region_code in (select code from region))
    )
    where place = 1
