select name, is_disabled
from account
where subject = :subject
