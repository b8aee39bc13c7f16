insert into revoked_source (sha256, name, revoked_at)
values (:sha256, :name, :now)
on conflict do nothing
