-- view: workflow_event
-- grain: one event, in its latest version known at the session's as-of; what its source took back is left out
with versions as (
    select
        *,
        row_number() over (
            partition by case_no, event_id
            order by coalesce(recorded_at, known_at) desc, known_at desc, ingested_at desc
        ) as version_rank
    from lake.workflow_event
    where known_at <= now()
),

final as (
    select * exclude (version_rank)
    from versions
    where version_rank = 1 and not coalesce(is_deleted, false)
)

select * from final
