delete from session
where name = :name
