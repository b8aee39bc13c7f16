update session
set seen_at = :now
where sha256 = :sha256
