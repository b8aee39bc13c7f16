-- pg: pg_roles, nobody but who asks
select
    10 as oid,
    name as rolname,
    false as rolsuper,
    true as rolinherit,
    false as rolcreaterole,
    false as rolcreatedb,
    true as rolcanlogin,
    false as rolreplication,
    -1 as rolconnlimit,
    '********' as rolpassword,
    cast(null as timestamp) as rolvaliduntil,
    false as rolbypassrls,
    case when false then make_array('') end as rolconfig
from sys.person
