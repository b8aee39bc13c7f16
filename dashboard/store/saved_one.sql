select id, title, sql, params, is_shared, saved_at
from saved_query
where id = :id and (owner = :reader or is_shared)
