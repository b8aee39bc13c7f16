select count(*)
from saved_query
where owner = :owner
