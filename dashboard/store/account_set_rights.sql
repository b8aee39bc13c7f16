update account
set role = :role, scope = :scope, changed_at = :now
where name = :name and (role <> :role or scope <> :scope)
