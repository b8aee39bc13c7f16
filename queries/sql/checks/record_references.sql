-- check: record_references
-- title_zh: 记录所指的对象都在湖中
-- title_en: What records refer to is there
-- row: a reply without its message, a deal without its listing or parcel, a publication without its obligation, or a
--     rating without its case
-- note: a parcel is reported when it is picked up: wanted are those of deals 30 days older than the last that was
-- note: another source may report later; what stays here was never reported, or has another number there
-- source: domain §7
with wanted as (
    select 'reply' as what, reply_id as key, 'message' as target, msg_id as target_key
    from feedback_reply
    union all
    select 'deal', deal_id, 'listing', listing_id
    from deal
    union all
    select 'deal', deal_id, 'parcel', parcel_id
    from deal
    where agreed_at <= (select max(picked_at) from parcel) - interval '30 days'
    union all
    select 'publication', pub_id, 'obligation', obligation_id
    from disclosure_publication
    union all
    select 'rating', rating_id, 'case', case_no
    from rating
),

held as (
    select 'message' as target, msg_id as target_key
    from feedback_message
    union all
    select 'listing', listing_id
    from listing
    union all
    select 'parcel', parcel_id
    from parcel
    union all
    select 'obligation', obligation_id
    from disclosure_obligation
    union all
    select 'case', case_no
    from case_state
),

final as (
    select
        wanted.key,
        wanted.what || ' of ' || wanted.target || ' ' || wanted.target_key || ', which is not there' as detail
    from wanted
    left anti join held on held.target = wanted.target and held.target_key = wanted.target_key
    where wanted.target_key is not null
    order by key, detail
    limit 1000
)

select * from final
