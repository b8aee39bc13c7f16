-- panel: refused_rows
-- grain: one rule that one refused row breaks, open; more_fields: in how many further fields
-- key: batch_id, line, output, row_hash, rule
-- params: $source, $mapping, $table, $batch, $rule texts, '' for any, $table 'RECORD' for whole records, $seen_from,
--     $seen_to instants, half open, $after, $until places
-- caveat: newest first; places count from 1; total is the number of rows that are picked, on whatever page. No value
--     of the record is in it: the texts rest in the vault
with refused as (
    select
        batch_id,
        line,
        output,
        row_hash,
        rule,
        max(source_system) as source_system,
        max(mapping) as mapping,
        max(file_name) as file_name,
        max(table_name) as table_name,
        min(field) as field,
        count(*) - 1 as more_fields,
        min(reason) as reason,
        max(ingested_at) as seen_at
    from refusal
    where is_open
        and ($source = '' or source_system = $source)
        and ($mapping = '' or mapping = $mapping)
        and ($table = '' or coalesce(table_name, 'RECORD') = $table)
        and ($batch = '' or batch_id = $batch)
        and ($rule = '' or rule = $rule)
        and ingested_at >= $seen_from
        and ingested_at < $seen_to
    group by batch_id, line, output, row_hash, rule
),

placed as (
    select
        *,
        cast(row_number() over (order by seen_at desc, batch_id, line, output, row_hash, rule) as bigint) as place,
        cast(count(*) over () as bigint) as total
    from refused
),

final as (
    select *
    from placed
    where place > $after and place <= $until
)

select * from final
