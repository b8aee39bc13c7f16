-- panel: sources
-- grain: one source system
-- key: source_system
-- unit: rows; rows in = landed + quarantined + known
with final as (
    select source_system, watermark, last_batch_at, batches, rows_landed, rows_quarantined, rows_known
    from source_status
)

select * from final
