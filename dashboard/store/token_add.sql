insert into token
    (id, kind, label, name, scope, sha256, salt, iterations, stored_key, server_key, created_at, expires_at)
values
    (:id, :kind, :label, :name, :scope, :sha256, :salt, :iterations, :stored_key, :server_key, :now, :expires_at)
