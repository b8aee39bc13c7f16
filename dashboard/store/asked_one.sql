select id, sql, params, asked_at, outcome, row_count, millis
from asked_query
where id = :id and owner = :owner
