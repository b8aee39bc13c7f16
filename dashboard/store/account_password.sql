select password, is_disabled
from account
where name = :name
