-- panel: rule_failures
-- grain: one rule that rows of one table and mapping have broken; table_name is null for whole records
-- key: source_system, mapping, table_name, rule
-- unit: refused rows that are open; a row that breaks a rule in several fields counts once
-- params: $source, $mapping, $table, $batch texts, '' for any, $table 'RECORD' for whole records, $seen_from, $seen_to
--     instants, half open
with refused as (
    select
        source_system,
        mapping,
        table_name,
        rule,
        batch_id,
        line,
        output,
        row_hash,
        max(ingested_at) as seen_at
    from refusal
    where is_open
        and ($source = '' or source_system = $source)
        and ($mapping = '' or mapping = $mapping)
        and ($table = '' or coalesce(table_name, 'RECORD') = $table)
        and ($batch = '' or batch_id = $batch)
        and ingested_at >= $seen_from
        and ingested_at < $seen_to
    group by source_system, mapping, table_name, rule, batch_id, line, output, row_hash
),

final as (
    select
        source_system,
        mapping,
        table_name,
        rule,
        count(*) as refused,
        max(seen_at) as last_seen_at
    from refused
    group by source_system, mapping, table_name, rule
)

select * from final
