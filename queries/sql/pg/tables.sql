-- pg: information_schema.tables
select
    database_name as table_catalog,
    schema_name as table_schema,
    name as table_name,
    case when kind = 'v' then 'VIEW' else 'BASE TABLE' end as table_type,
    cast(null as varchar) as self_referencing_column_name,
    cast(null as varchar) as reference_generation,
    cast(null as varchar) as user_defined_type_catalog,
    cast(null as varchar) as user_defined_type_schema,
    cast(null as varchar) as user_defined_type_name,
    'NO' as is_insertable_into,
    'NO' as is_typed,
    cast(null as varchar) as commit_action
from sys.relation
