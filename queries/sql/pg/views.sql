-- pg: information_schema.views; their text is not shown
select
    database_name as table_catalog,
    schema_name as table_schema,
    name as table_name,
    cast(null as varchar) as view_definition,
    'NONE' as check_option,
    'NO' as is_updatable,
    'NO' as is_insertable_into
from sys.relation
where kind = 'v'
