update account
set is_disabled = 1, changed_at = :now
where name = :name
