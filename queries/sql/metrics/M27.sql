-- metric: M27 sell_through
-- title_zh: 售罄率
-- title_en: Sell-through
-- unit: a ratio, b listings, c listings, d kg
-- grain: one row a bucket with at least one supply decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a counted_n (listings): SUPPLY decided in the period, without b and c
--     a listed_kg (kg): what they offered
--     a sold_kg (kg): what of it was sold, in confirmed deals that stand by as_of
--     a sell_through (ratio): sold_kg / listed_kg; null when nothing was offered
--     b oversold_n (listings): SUPPLY decided in the period that sold more than it offered: an error of quantity
--     c unknown_n (listings): SUPPLY decided in the period whose quantity, or that of a deal, is not known
--     d seller_only_kg (kg): of a's listings, deals that nobody but the seller confirms (R20); not in sold_kg
-- rows: offer_id
--     counted_n: marked where is_counted
--     oversold_n: marked where not is_unknown and not is_counted
--     unknown_n: marked where is_unknown
-- formula: sum of kg sold / sum of kg offered, of SUPPLY decided in the period (M26)
-- caveat: Never above 1, since what sold more than it offered is out. Quantities are kg (斤 = 0.5 kg); what
--     cannot be made kg is unknown. Posted again is the same listing (M26): the largest of its quantities counts.
-- source: domain §5
with {numbers},

{offer},

sold as (
    select
        offer_id,
        sum(qty_kg) filter (where is_confirmed) as sold_kg,
        sum(qty_kg) filter (where is_seller_only) as seller_only_kg,
        coalesce(bool_or(is_confirmed and qty_kg is null), false) as is_unknown
    from trade
    group by offer_id
),

decided as (
    select
        offer.offer_id,
        {bucket} as bucket,
        listed_kg,
        coalesce(sold_kg, 0) as sold_kg,
        coalesce(seller_only_kg, 0) as seller_only_kg,
        listed_kg is null or coalesce(is_unknown, false) as is_unknown
    from offer
    left join sold on sold.offer_id = offer.offer_id
    where direction = 'SUPPLY' and decided_on >= $from and decided_on < $to
),

marked as (
    select
        decided.*,
        not is_unknown and sold_kg <= listed_kg as is_counted
    from decided
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_counted) as counted_n,
        coalesce(sum(listed_kg) filter (where is_counted), 0) as listed_kg,
        coalesce(sum(sold_kg) filter (where is_counted), 0) as sold_kg,
        count(*) filter (where not is_unknown and not is_counted) as oversold_n,
        count(*) filter (where is_unknown) as unknown_n,
        coalesce(sum(seller_only_kg) filter (where is_counted), 0) as seller_only_kg
    from marked
    {group}
),

final as (
    select
        bucket,
        counted_n,
        cast(listed_kg as double) as listed_kg,
        cast(sold_kg as double) as sold_kg,
        cast(sold_kg as double) / nullif(cast(listed_kg as double), 0) as sell_through,
        oversold_n,
        unknown_n,
        cast(seller_only_kg as double) as seller_only_kg
    from totals
)

select * from final
