select token.id, token.kind, token.label, token.scope, account.name, account.role, account.scope
from token
left join account on token.name = account.name
where token.sha256 = :sha256
    and token.revoked_at is null
    and (token.expires_at is null or token.expires_at > :now)
    and (token.kind = 'device' or account.is_disabled = 0)
