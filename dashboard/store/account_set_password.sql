update account
set password = :password, must_change = :must_change, is_disabled = 0, changed_at = :now
where name = :name
