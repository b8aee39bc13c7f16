-- view: refusal
-- grain: one refused field or record of a batch, or its resolution, as known at the session's as-of
-- note: is_open: nothing later is known of the row than this refusal; a row is a batch, line, output and row_hash, and
-- several of its fields may be refused
-- note: an attempt counts when the ledger has it, or a later one: what a replay that was broken off had written is
-- entered by the next (decisions/0011)
-- note: an erasure closes refusals without an attempt (0), after whichever attempt refused them
with known as (
    select
        batch_id,
        max(attempt) as attempt
    from standing_batch
    group by batch_id
),

told as (
    select
        batch_id,
        coalesce(attempt, 1) as attempt,
        source_system,
        mapping,
        file_name,
        line,
        coalesce(output, 0) as output,
        row_hash,
        table_name,
        field,
        rule,
        reason,
        coalesce(resolved, false) as is_resolution,
        ingested_at
    from lake.quarantine
),

dated as (
    select
        told.*,
        max(told.attempt) over (partition by told.batch_id, told.line, told.output, told.row_hash) as last_attempt,
        max(case when told.rule = 'erased' and told.ingested_at <= now() then 1 else 0 end)
            over (partition by told.batch_id, told.line, told.output, told.row_hash) as erasures
    from told
    join known on known.batch_id = told.batch_id
    where told.attempt <= known.attempt
),

final as (
    select
        * exclude (last_attempt, erasures),
        (attempt = last_attempt and not is_resolution and erasures = 0) as is_open
    from dated
)

select * from final
