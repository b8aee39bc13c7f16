-- pg: pg_views; their text is not shown
select
    schema_name as schemaname,
    name as viewname,
    'sunlake' as viewowner,
    cast(null as varchar) as definition
from sys.relation
where kind = 'v'
