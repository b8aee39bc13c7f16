delete from session
where created_at <= :born or seen_at <= :seen
