insert into account (name, role, scope, password, must_change, origin, subject, created_at, changed_at)
values (:name, :role, :scope, :password, :must_change, :origin, :subject, :now, :now)
on conflict do nothing
