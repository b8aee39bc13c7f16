-- pg: information_schema.schemata
select
    database.name as catalog_name,
    namespace.name as schema_name,
    'sunlake' as schema_owner,
    cast(null as varchar) as default_character_set_catalog,
    cast(null as varchar) as default_character_set_schema,
    cast(null as varchar) as default_character_set_name,
    cast(null as varchar) as sql_path
from sys.namespace as namespace
cross join sys.database as database
