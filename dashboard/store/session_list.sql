select id, created_at, seen_at, address
from session
where name = :name
order by seen_at desc
