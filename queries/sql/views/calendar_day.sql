-- view: calendar_day
-- grain: one day of one region, as known at the session's as-of
with versions as (
    select
        *,
        row_number() over (partition by region, date order by known_from desc nulls last) as version_rank
    from lake.calendar_day
    where replaced_at is null and (known_from is null or known_from <= now()::date)
),

final as (select * exclude (version_rank, put_at, replaced_at) from versions where version_rank = 1)

select * from final
