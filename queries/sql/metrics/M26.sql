-- metric: M26 deal_rate
-- title_zh: 成交率
-- title_en: Listings with a deal
-- unit: a ratio, b listings, c listings, d listings
-- grain: one row a bucket with at least one listing decided in the period, or sent in it and still open;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a decided_n (listings): decided in the period: sold out, ended, or listing_decided_days (30) old, what is first
--     a dealt_n (listings): of these, with at least one confirmed deal by as_of
--     a deal_rate (ratio of dealt_n / decided_n): null when nothing was decided
--     b seller_only_n (listings): of decided_n, with deals that nobody but the seller confirms (R20); not in dealt_n
--     c open_n (listings): posted in the period and not decided by as_of; in no other number
--     d reposted_n (listings): postings that are the same listing as one before, of those in decided_n
-- rows: offer_id
--     decided_n: marked where is_decided
--     dealt_n: marked where is_decided and is_dealt
--     seller_only_n: marked where is_decided and is_seller_only and not is_dealt
--     open_n: marked where not is_decided
-- rows: listing_id
--     reposted_n: reposting
-- formula: listings decided in the period with at least one deal confirmed by BUYER, BOTH or PLATFORM / listings
--     decided in the period
-- caveat: Open listings are censored, no failures. SUPPLY and DEMAND together. Posted again by the same seller
--     for the same product within listing_repost_days (7) of the posting before is the same listing: it counts
--     from the first posting and ends with the last. Sold out is what its confirmed deals have come to, or what
--     the source has ended. Deals that were called off by as_of are none. Listings that
--     were refused review are out. A seller who is not told has no second posting.
-- source: domain §5 [P]
with {numbers},

{offer},

dealt as (
    select
        offer_id,
        coalesce(bool_or(is_confirmed), false) as is_dealt,
        coalesce(bool_or(is_seller_only), false) as is_seller_only
    from trade
    group by offer_id
),

marked as (
    select
        offer.offer_id,
        {bucket} as bucket,
        coalesce(decided_on >= $from and decided_on < $to, false) as is_decided,
        coalesce(is_dealt, false) as is_dealt,
        coalesce(is_seller_only, false) as is_seller_only,
        postings - 1 as reposted
    from offer
    left join dealt on dealt.offer_id = offer.offer_id
    where
        (decided_on >= $from and decided_on < $to)
        or (decided_on is null and posted_on >= $from and posted_on < $to)
),

reposting as (
    -- The postings behind reposted_n: all of a listing but its first.
    select offered.listing_id, marked.offer_id, marked.bucket, offered.posted_on
    from marked
    join offered on offered.offer_id = marked.offer_id and offered.listing_id <> offered.offer_id
    where is_decided
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_decided) as decided_n,
        count(*) filter (where is_decided and is_dealt) as dealt_n,
        count(*) filter (where is_decided and is_seller_only and not is_dealt) as seller_only_n,
        count(*) filter (where not is_decided) as open_n,
        coalesce(sum(reposted) filter (where is_decided), 0) as reposted_n
    from marked
    {group}
),

final as (
    select
        bucket,
        decided_n,
        dealt_n,
        cast(dealt_n as double) / nullif(decided_n, 0) as deal_rate,
        seller_only_n,
        open_n,
        reposted_n
    from totals
)

select * from final
