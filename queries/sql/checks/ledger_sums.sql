-- check: ledger_sums
-- title_zh: 每批行数账目相符
-- title_en: The account of each batch is right
-- row: a batch in the lake whose rows in are not those landed, quarantined and known together, or where one of
--     these is below 0
-- note: over its landing and its replays; a withdrawn batch has no account
-- source: the view standing_batch
with accounts as (
    select
        batch_id,
        min(file_name) as file_name,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_known) as rows_known
    from standing_batch
    group by batch_id
),

final as (
    select
        batch_id as key,
        file_name || ': ' || cast(rows_in as varchar) || ' in, ' || cast(rows_landed as varchar) || ' landed, '
            || cast(rows_quarantined as varchar) || ' quarantined, ' || cast(rows_known as varchar) || ' known'
            as detail
    from accounts
    where rows_in <> rows_landed + rows_quarantined + rows_known
        or least(rows_in, rows_landed, rows_quarantined, rows_known) < 0
    order by key
    limit 1000
)

select * from final
