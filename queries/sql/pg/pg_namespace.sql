-- pg: pg_namespace
select
    oid,
    name as nspname,
    10 as nspowner,
    case when false then make_array('') end as nspacl
from sys.namespace
