-- check: no_future_record
-- title_zh: 没有来自未来的记录
-- title_en: No record comes from the future
-- row: a record of something that happened more than 5 minutes after it landed, which landing refuses
-- source: domain §4 point 10 (5 minutes)
with told as (
    select 'event of ' || case_no as what, event_id as key, occurred_at as happened, ingested_at
    from lake.workflow_event
    union all
    select 'rating', rating_id, rated_at, ingested_at
    from lake.rating
    union all
    select 'message', msg_id, posted_at, ingested_at
    from lake.feedback_message
    union all
    select 'reply', reply_id, replied_at, ingested_at
    from lake.feedback_reply
    union all
    select 'listing', listing_id, posted_at, ingested_at
    from lake.listing
    union all
    select 'deal', deal_id, agreed_at, ingested_at
    from lake.deal
    union all
    select 'parcel', parcel_id, picked_at, ingested_at
    from lake.parcel
    union all
    select 'publication', pub_id, published_at, ingested_at
    from lake.disclosure_publication
),

final as (
    select
        key,
        what || ', ' || cast(happened as varchar) || ', landed ' || cast(ingested_at as varchar) as detail
    from told
    where happened > ingested_at + interval '5 minutes'
    order by key, detail
    limit 1000
)

select * from final
