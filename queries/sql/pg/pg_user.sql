-- pg: pg_user, nobody but who asks
select
    name as usename,
    10 as usesysid,
    false as usecreatedb,
    false as usesuper,
    false as userepl,
    false as usebypassrls,
    '********' as passwd,
    cast(null as timestamp) as valuntil,
    case when false then make_array('') end as useconfig
from sys.person
