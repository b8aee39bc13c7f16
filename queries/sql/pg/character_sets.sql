-- pg: information_schema.character_sets
select
    cast(null as varchar) as character_set_catalog,
    cast(null as varchar) as character_set_schema,
    'UTF8' as character_set_name,
    'UCS' as character_repertoire,
    'UTF8' as form_of_use,
    name as default_collate_catalog,
    'pg_catalog' as default_collate_schema,
    'C.UTF-8' as default_collate_name
from sys.database
