update token
set seen_at = :now
where id = :id and (seen_at is null or seen_at < :before)
