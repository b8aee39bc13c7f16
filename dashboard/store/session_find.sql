select session.id, session.created_at, session.seen_at, account.name, account.role, account.scope, account.must_change
from session
inner join account on session.name = account.name
where session.sha256 = :sha256 and account.is_disabled = 0
