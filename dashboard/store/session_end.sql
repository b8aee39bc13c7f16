delete from session
where name = :name and id = :id
