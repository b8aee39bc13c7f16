-- pg: pg_description, what tables and columns are about
select oid as objoid, 1259 as classoid, 0 as objsubid, about as description
from sys.relation
where about <> ''
union all
select relation, 1259, number, about
from sys.attribute
where about <> ''
