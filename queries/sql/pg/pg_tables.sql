-- pg: pg_tables
select
    schema_name as schemaname,
    name as tablename,
    'sunlake' as tableowner,
    cast(null as varchar) as tablespace,
    false as hasindexes,
    false as hasrules,
    false as hastriggers,
    false as rowsecurity
from sys.relation
where kind = 'r'
