-- panel: quality_sources
-- grain: one source system
-- key: source_system
-- unit: rows; rows in = landed + quarantined + known. open_rows: refused rows that nothing has resolved, counted in
--     quarantine itself; the ledger's rows_quarantined says the same
-- caveat: the watermark is the extract time of the last complete batch, or as-of if that is earlier
with totals as (
    select
        source_system,
        max(ingested_at) as last_batch_at,
        count(distinct batch_id) as batches,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_known) as rows_known
    from standing_batch
    group by source_system
),

complete as (
    select
        source_system,
        file_name,
        least(extract_time, now()) as watermark,
        row_number() over (
            partition by source_system
            order by least(extract_time, now()) desc, ingested_at desc, batch_id
        ) as place
    from standing_batch
    where is_complete
),

refused as (
    select distinct source_system, batch_id, line, output, row_hash
    from refusal
    where is_open
),

open_totals as (
    select
        source_system,
        count(*) as open_rows
    from refused
    group by source_system
),

final as (
    select
        totals.source_system,
        complete.file_name,
        complete.watermark,
        totals.last_batch_at,
        totals.batches,
        totals.rows_in,
        totals.rows_landed,
        totals.rows_quarantined,
        totals.rows_known,
        coalesce(open_totals.open_rows, 0) as open_rows
    from totals
    left join complete on complete.source_system = totals.source_system and complete.place = 1
    left join open_totals on open_totals.source_system = totals.source_system
)

select * from final
