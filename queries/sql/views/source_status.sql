-- view: source_status
-- grain: one source system, as known at the session's as-of
-- note: the watermark is the extract time of the last complete batch
with final as (
    select
        source_system,
        max(extract_time) filter (where is_complete) as watermark,
        max(ingested_at) as last_batch_at,
        count(*) as batches,
        sum(rows_landed) as rows_landed,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_known) as rows_known
    from lake.ingest_batch
    where known_at <= now()
    group by source_system
)

select * from final
