-- view: {table}
-- grain: one row of {table} that stood at the session's as-of; before anything of its {record} was put, one of the
-- first. What another had taken the place of by then, or what was put later, is in lake.{table} alone
with begun as (
    select
        {record},
        min(put_at) as first_put_at,
        count(*) = count(put_at) as was_put
    from lake.{table}
    group by {record}
),

final as (
    select resting.*
    from lake.{table} as resting
    inner join begun on resting.{record} = begun.{record}
    where (resting.replaced_at is null or resting.replaced_at > now())
        and (resting.put_at is null or resting.put_at <= now() or (begun.was_put and resting.put_at = begun.first_put_at))
)

select * from final
