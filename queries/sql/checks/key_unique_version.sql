-- check: key_unique_version
-- title_zh: 登记与事件的最新版本唯一
-- title_en: One latest version of each registration and event
-- row: a registration or an event of which two versions are equally late, so that which of them counts is chance
-- source: domain §4 point 14; the views workflow_case and workflow_event
with tied as (
    select
        case_no as key,
        'registration, version ' || cast(data_version as varchar) as what,
        count(*) as versions
    from workflow_case_history
    group by case_no, data_version, coalesce(recorded_at, known_at), known_at, ingested_at
    having count(*) > 1
    union all
    select
        case_no as key,
        'event ' || event_id as what,
        count(*) as versions
    from workflow_event_history
    group by case_no, event_id, coalesce(recorded_at, known_at), known_at, ingested_at
    having count(*) > 1
),

final as (
    select
        key,
        what || ': ' || cast(versions as varchar) || ' versions equally late' as detail
    from tied
    order by key, detail
    limit 1000
)

select * from final
