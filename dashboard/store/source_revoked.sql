select revoked_at
from revoked_source
where sha256 = :sha256
