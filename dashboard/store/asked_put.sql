insert into asked_query (owner, sql, params, asked_at, outcome, row_count, millis)
values (:owner, :sql, :params, :asked_at, :outcome, :row_count, :millis)
