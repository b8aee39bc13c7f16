-- view: {table}
-- grain: one row of {table}; what its source has taken back by the session's as-of is left out
with final as (
    select * from {table}_history
    where not coalesce(is_deleted and coalesce(valid_to, current_date()) <= current_date(), false)
)

select * from final
