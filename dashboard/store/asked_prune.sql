delete from asked_query
where owner = :owner and id <= (
    select id
    from asked_query
    where owner = :owner
    order by id desc
    limit 1 offset :kept
)
