-- metric: M28 gmv
-- title_zh: 成交额
-- title_en: Value of deals
-- unit: a yuan, b ratio, c ratio, d yuan, e deals
-- grain: one row a bucket with at least one deal in the period or in the same period of the year before;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a deals_n (deals): confirmed in the period by BUYER, BOTH or PLATFORM, not called off by as_of
--     a gmv_yuan (yuan): their quantity x price
--     b last_deals_n (deals): the same of the same period of the year before
--     b last_gmv_yuan (yuan): their quantity x price
--     b gmv_yoy (ratio): (gmv_yuan - last_gmv_yuan) / last_gmv_yuan; null when the base is 0
--     c like_sellers_n (sellers): with deals in both periods
--     c like_gmv_yuan (yuan): what of gmv_yuan is theirs
--     c like_last_gmv_yuan (yuan): what of last_gmv_yuan is theirs
--     c like_gmv_yoy (ratio): like for like; null when there are none, or the base is 0
--     d seller_only_n (deals): confirmed in the period by the seller alone (R20); in no other number
--     d seller_only_yuan (yuan): their quantity x price
--     e untold_n (deals): confirmed in the period by nobody knows whom, or without price and amount; in no sum
-- rows: deal_id
--     deals_n: marked where is_counted and is_now
--     last_deals_n: marked where is_counted and not is_now
--     seller_only_n: marked where is_seller_only and is_now
--     untold_n: marked where is_now and not is_counted and not is_seller_only
-- rows: seller_hash
--     like_sellers_n: like_seller
-- formula: sum of quantity x price of deals confirmed in the period; (that - the year before) / the year before
-- caveat: Where quantity or price is not told the amount stands for it. The year before is cut at as_of minus a
--     year, so that a period that has not ended is set beside as many days. A deal belongs to the village of
--     its listing's seller. Sellers are told apart by their hash: after a change of the secret nobody is a
--     seller of both periods. A deal of price 0 counts with 0 (R20). 26.3 % (C6) is of one association.
-- source: domain §5
with valued as (
    select
        deal.deal_id,
        listing.village_code,
        listing.seller_hash,
        deal.confirmed_by,
        coalesce(cast(deal.qty_kg * deal.unit_price as decimal(38, 8)), cast(deal.amount as decimal(38, 8))) as yuan,
        deal.confirmed_at::date as confirmed_on,
        (deal.confirmed_at::date + interval '1 year')::date as year_on_on,
        deal.confirmed_at + interval '1 year' <= now() as is_cut
    from deal
    left join listing on listing.listing_id = deal.listing_id
    where deal.confirmed_at <= now() and (deal.cancelled_at is null or deal.cancelled_at > now())
),

placed as (
    select
        deal_id,
        {place},
        seller_hash,
        confirmed_by,
        yuan,
        confirmed_on >= $from and confirmed_on < $to as is_now
    from valued
    where
        (confirmed_on >= $from and confirmed_on < $to)
        or (year_on_on >= $from and year_on_on < $to and is_cut)
),

dealt as (
    select
        deal_id,
        {bucket} as bucket,
        seller_hash,
        yuan,
        is_now,
        coalesce(confirmed_by in ('BUYER', 'BOTH', 'PLATFORM') and yuan is not null, false) as is_counted,
        coalesce(confirmed_by = 'SELLER' and yuan is not null, false) as is_seller_only
    from placed
),

marked as (
    -- Whether the seller has deals in both periods.
    select
        dealt.*,
        coalesce(
            is_counted
            and seller_hash is not null
            and bool_or(is_counted and is_now) over (partition by bucket, seller_hash)
            and bool_or(is_counted and not is_now) over (partition by bucket, seller_hash),
            false
        ) as is_like
    from dealt
),

like_seller as (
    -- The sellers behind like_sellers_n.
    select
        seller_hash,
        bucket,
        sum(yuan) filter (where is_now) as yuan,
        sum(yuan) filter (where not is_now) as last_yuan
    from marked
    where is_like
    group by seller_hash, bucket
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_counted and is_now) as deals_n,
        coalesce(sum(yuan) filter (where is_counted and is_now), 0) as gmv,
        count(*) filter (where is_counted and not is_now) as last_deals_n,
        coalesce(sum(yuan) filter (where is_counted and not is_now), 0) as last_gmv,
        count(distinct seller_hash) filter (where is_like) as like_sellers_n,
        coalesce(sum(yuan) filter (where is_like and is_now), 0) as like_gmv,
        coalesce(sum(yuan) filter (where is_like and not is_now), 0) as like_last_gmv,
        count(*) filter (where is_seller_only and is_now) as seller_only_n,
        coalesce(sum(yuan) filter (where is_seller_only and is_now), 0) as seller_only,
        count(*) filter (where is_now and not is_counted and not is_seller_only) as untold_n
    from marked
    {group}
),

final as (
    select
        bucket,
        deals_n,
        cast(gmv as double) as gmv_yuan,
        last_deals_n,
        cast(last_gmv as double) as last_gmv_yuan,
        cast(gmv - last_gmv as double) / nullif(cast(last_gmv as double), 0) as gmv_yoy,
        like_sellers_n,
        cast(like_gmv as double) as like_gmv_yuan,
        cast(like_last_gmv as double) as like_last_gmv_yuan,
        cast(like_gmv - like_last_gmv as double) / nullif(cast(like_last_gmv as double), 0) as like_gmv_yoy,
        seller_only_n,
        cast(seller_only as double) as seller_only_yuan,
        untold_n
    from totals
)

select * from final
