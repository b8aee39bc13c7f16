select name, role, scope, must_change, is_disabled, origin, created_at, changed_at
from account
where name = :name
