delete from saved_query
where id = :id and owner = :owner
