select token.id, token.salt, token.iterations, token.stored_key, token.server_key, account.name, account.role,
    account.scope
from token
inner join account on token.name = account.name
where token.kind = 'access'
    and account.name = :name
    and (:id is null or token.id = :id)
    and token.revoked_at is null
    and (token.expires_at is null or token.expires_at > :now)
    and account.is_disabled = 0
limit 2
