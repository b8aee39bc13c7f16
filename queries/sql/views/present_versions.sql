-- view: {table}
-- grain: one version of one record of {table}; records that their source has taken back by the session's
-- as-of are left out, with all their versions
with begun as (
    select
        {record},
        is_deleted,
        row_number() over (partition by {record} order by valid_from desc, version desc) as place
    from {table}_history
    where valid_from <= current_date()
),

gone as (select {record} from begun where place = 1 and is_deleted),

final as (
    select resting.*
    from {table}_history as resting
    left anti join gone on gone.{record} = resting.{record}
    where not coalesce(resting.is_deleted, false)
)

select * from final
