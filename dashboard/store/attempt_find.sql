select failures, last_at
from attempt
where subject = :subject
