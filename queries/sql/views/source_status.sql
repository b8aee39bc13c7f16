-- view: source_status
-- grain: one source system, as known at the session's as-of
-- note: only batches whose facts have been folded: until then they confirm nothing
-- note: the watermark is the extract time of the last complete batch, or as-of if that is earlier:
-- history counts as if it had been reported as it happened
with final as (
    select
        source_system,
        max(least(extract_time, now())) filter (where is_complete) as watermark,
        max(ingested_at) as last_batch_at,
        count(distinct batch_id) as batches,
        sum(rows_landed) as rows_landed,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_known) as rows_known
    from lake.folded_batch
    where known_at <= now()
    group by source_system
)

select * from final
