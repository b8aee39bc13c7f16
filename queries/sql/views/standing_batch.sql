-- view: standing_batch
-- grain: one landing of a batch or one replay of it, in the lake as known at the session's as-of
-- note: what was withdrawn is left out, also of the past: its rows are gone
-- note: rows of a replay are differences, so sums over a batch are its account; rows in = landed + quarantined + known
-- note: as source_status reads the ledger, with what states do not stand on yet
with withdrawn as (
    select
        batch_id,
        max(attempt) as attempt
    from lake.ingest_batch
    where state = 'WITHDRAWN'
    group by batch_id
),

final as (
    select
        landing.batch_id,
        coalesce(landing.attempt, 1) as attempt,
        landing.source_system,
        landing.mapping,
        landing.file_name,
        landing.extract_time,
        landing.is_complete,
        landing.rows_in,
        landing.rows_landed,
        landing.rows_quarantined,
        landing.rows_known,
        landing.ingested_at
    from lake.ingest_batch as landing
    left join withdrawn on withdrawn.batch_id = landing.batch_id
    where coalesce(landing.attempt, 1) > coalesce(withdrawn.attempt, 0) and landing.known_at <= now()
)

select * from final
