-- shared: the parameters in force on the last day of the period, one row a key
    select key, value, source
    from (
        select *, row_number() over (partition by key order by valid_from desc) as place
        from metric_parameter
        where valid_from::date < $to
    )
    where place = 1
