insert into saved_query (id, owner, title, sql, params, is_shared, saved_at)
values (:id, :owner, :title, :sql, :params, :is_shared, :saved_at)
