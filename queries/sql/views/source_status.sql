-- view: source_status
-- grain: one source system, as known at the session's as-of
-- columns:
--     watermark: up to when it has told all
--     last_batch_at: when its last batch landed
--     batches: how many have landed
--     rows_landed: rows in tables
--     rows_quarantined: rows refused
--     rows_known: rows that were there already
-- note: only batches whose facts have been folded: until then they confirm nothing
-- note: the watermark is the extract time of the last complete batch, or as-of if that is earlier:
-- history counts as if it had been reported as it happened
-- note: a replay of quarantine is no batch of its own: it is never complete, so it moves no watermark, and
-- its rows are differences, so sums are the account
-- note: a batch that was withdrawn says nothing, also of the past: its rows are gone
with withdrawn as (
    select
        batch_id,
        max(attempt) as attempt
    from lake.folded_batch
    where state = 'WITHDRAWN'
    group by batch_id
),

standing as (
    select landing.*
    from lake.folded_batch as landing
    left join withdrawn on withdrawn.batch_id = landing.batch_id
    where coalesce(landing.attempt, 1) > coalesce(withdrawn.attempt, 0)
),

final as (
    select
        source_system,
        max(least(extract_time, now())) filter (where is_complete) as watermark,
        max(ingested_at) as last_batch_at,
        count(distinct batch_id) as batches,
        sum(rows_landed) as rows_landed,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_known) as rows_known
    from standing
    where known_at <= now()
    group by source_system
)

select * from final
