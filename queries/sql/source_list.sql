-- list: every source that has reported, with its watermark
-- grain: one source system
with final as (
    select
        source_system,
        watermark
    from source_status
)

select * from final
