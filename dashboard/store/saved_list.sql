select id, title, sql, params, is_shared, saved_at
from saved_query
where owner = :owner
order by saved_at desc, id
