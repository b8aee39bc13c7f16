-- view: {table}
-- grain: one row of {table} that stood at the session's as-of; what another had taken the place of by then, or what was
-- put later, is in lake.{table} alone
with final as (
    select * from lake.{table}
    where (put_at is null or put_at <= now()) and (replaced_at is null or replaced_at > now())
)

select * from final
