-- view: freshness
-- grain: one row
-- columns:
--     villages: how many there are
--     sources: how many have delivered
--     batches: how many have landed
--     watermark: the latest of all sources
--     last_batch_at: when the last batch landed
-- note: how many villages there are, and what all sources together have delivered by the session's as-of
with villages as (
    select count(*) as villages
    from village
),

sources as (
    select
        count(*) as sources,
        coalesce(sum(batches), 0) as batches,
        max(watermark) as watermark,
        max(last_batch_at) as last_batch_at
    from source_status
),

final as (
    select villages, sources, batches, watermark, last_batch_at
    from villages
    cross join sources
)

select * from final
