-- panel: refused_row
-- grain: one refusal or resolution of one line of a batch
-- params: $batch text, $line whole number
with final as (
    select
        source_system,
        mapping,
        file_name,
        output,
        row_hash,
        table_name,
        field,
        rule,
        reason,
        attempt,
        is_resolution,
        is_open,
        ingested_at
    from refusal
    where batch_id = $batch and line = $line
)

select * from final
