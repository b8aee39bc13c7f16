-- pg: pg_settings
select
    name,
    setting,
    cast(null as varchar) as unit,
    'Client Connection Defaults' as category,
    '' as short_desc,
    cast(null as varchar) as extra_desc,
    'user' as context,
    'string' as vartype,
    'session' as source,
    cast(null as varchar) as min_val,
    cast(null as varchar) as max_val,
    case when false then make_array('') end as enumvals,
    setting as boot_val,
    setting as reset_val,
    cast(null as varchar) as sourcefile,
    cast(null as integer) as sourceline,
    false as pending_restart
from sys.setting
