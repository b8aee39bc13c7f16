insert into session (sha256, id, name, created_at, seen_at, address)
values (:sha256, :id, :name, :now, :now, :address)
