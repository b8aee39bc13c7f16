insert into attempt (subject, failures, last_at)
values (:subject, 1, :now)
on conflict (subject) do update
set failures = case when last_at < :forgotten then 1 else failures + 1 end, last_at = :now
