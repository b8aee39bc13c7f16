delete from attempt
where last_at < :forgotten
