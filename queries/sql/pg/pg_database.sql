-- pg: pg_database
select
    16383 as oid,
    name as datname,
    10 as datdba,
    6 as encoding,
    'c' as datlocprovider,
    false as datistemplate,
    true as datallowconn,
    -1 as datconnlimit,
    0 as datfrozenxid,
    0 as datminmxid,
    1663 as dattablespace,
    'C.UTF-8' as datcollate,
    'C.UTF-8' as datctype,
    cast(null as varchar) as daticulocale,
    cast(null as varchar) as datcollversion,
    case when false then make_array('') end as datacl
from sys.database
