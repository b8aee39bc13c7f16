select id, kind, label, name, scope, created_at, expires_at, seen_at, revoked_at
from token
where :name is null or name = :name
order by revoked_at is not null, kind, name, created_at
