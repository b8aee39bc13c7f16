-- metric: M29 unsold_alert
-- title_zh: 滞销预警
-- title_en: Unsold goods
-- unit: a ratio, b listings, c listings, d listings, e listings, f listings
-- grain: one row a bucket with at least one supply open at the end of the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a open_n (listings): SUPPLY on offer at the end of the period, or at as_of if that is earlier
--     a unsold_n (listings): of these, those of b and c
--     a unsold_rate (ratio of unsold_n / open_n): null when nothing is on offer
--     b perishable_n (listings): half of the shelf life is over and less than 30 % sold
--     c idle_n (listings): without a shelf life, two weeks old and nobody has asked
--     d priced_n (listings): of open_n, those with a price and at least 5 prices of the product and grade in 4 weeks
--     d low_price_n (listings): of these, 20 % or more under the median of those prices
--     e alert_n (listings): of open_n, in unsold_n or in low_price_n
--     f unknown_n (listings): of open_n, neither in b nor in c because a quantity or the inquiries are not known
-- rows: offer_id
--     open_n: marked
--     unsold_n: marked where is_perishing or is_idle
--     perishable_n: marked where is_perishing
--     idle_n: marked where is_idle
--     priced_n: marked where is_low is not null
--     low_price_n: marked where is_low
--     alert_n: marked where is_perishing or is_idle or is_low
--     unknown_n: marked where case when is_perishable then is_perishing else is_idle end is null
-- formula: SUPPLY on offer at the end of the period that is old and hardly sold, or old and asked for by nobody /
--     SUPPLY on offer then
-- caveat: Thresholds are parameters (unsold_...), proposals all. Age is that from the harvest, else from the first
--     posting (M26). Perishable is whatever tells a shelf life. Inquiries are those by as_of, since no time is
--     told of them: of a period long past ask with --as-of its end. Prices are those of market_price, whatever
--     the market, by the same name of product and grade; grades of the seller's own match none. A period
--     outside the known calendar has no end here and is empty.
-- source: domain §5 [P]
with {numbers},

{offer},

threshold as (
    select
        max(value) filter (where key = 'unsold_shelf_share') as shelf_share,
        max(value) filter (where key = 'unsold_sell_through') as sell_through,
        max(value) filter (where key = 'unsold_idle_days') as idle_days,
        max(value) filter (where key = 'unsold_price_gap') as price_gap,
        max(value) filter (where key = 'unsold_price_days') as price_days,
        max(value) filter (where key = 'unsold_price_least') as price_least
    from parameter
),

period_end as (
    -- The day after the last one of the period, or that of as_of; unknown for what has not begun.
    select case when count(*) > 0 then least(max(date) + 1, now()::date) end as end_on
    from calendar_day
    where
        region = (select max(value) from lake_meta where key = 'region')
        and date::date >= $from
        and date::date < $to
        and date <= now()::date
),

median as (
    select
        product,
        grade,
        count(*) as prices,
        percentile_cont(0.5) within group (order by cast(average_per_kg as double)) as yuan_per_kg
    from market_price
    cross join period_end
    cross join threshold
    where
        average_per_kg is not null
        and price_on < end_on
        and price_on >= end_on - cast(price_days as bigint)
    group by product, grade
),

sold as (
    select
        offer_id,
        sum(qty_kg) as sold_kg,
        bool_or(qty_kg is null) as is_unknown
    from trade
    where is_confirmed and confirmed_on < $to
    group by offer_id
),

supply as (
    select
        offer.offer_id,
        {bucket} as bucket,
        listed_kg,
        price_per_kg,
        shelf_life_days,
        inquiries,
        end_on - coalesce(harvested_on, posted_on) as age_days,
        case when not coalesce(is_unknown, false) then coalesce(sold_kg, 0) end as sold_kg,
        case when prices >= price_least then yuan_per_kg end as median_per_kg,
        threshold.*
    from offer
    cross join period_end
    cross join threshold
    left join sold on sold.offer_id = offer.offer_id
    left join median on median.product = offer.product and (median.grade is not distinct from offer.grade)
    where
        direction = 'SUPPLY'
        and posted_on < end_on
        and (ended_on is null or ended_on >= end_on)
),

marked as (
    select
        offer_id,
        bucket,
        case
            when shelf_life_days is not null
                then age_days >= shelf_share * shelf_life_days
                and cast(sold_kg as double) < sell_through * cast(listed_kg as double)
        end as is_perishing,
        case when shelf_life_days is null then age_days >= idle_days and inquiries = 0 end as is_idle,
        shelf_life_days is not null as is_perishable,
        cast(price_per_kg as double) <= (1 - price_gap) * median_per_kg as is_low
    from supply
),

totals as (
    select
        {key} as bucket,
        count(*) as open_n,
        count(*) filter (where is_perishing) as perishable_n,
        count(*) filter (where is_idle) as idle_n,
        count(is_low) as priced_n,
        count(*) filter (where is_low) as low_price_n,
        count(*) filter (where is_perishing or is_idle or is_low) as alert_n,
        count(*) filter (
            where (is_perishable and is_perishing is null) or (not is_perishable and is_idle is null)
        ) as unknown_n
    from marked
    {group}
),

final as (
    select
        bucket,
        open_n,
        perishable_n + idle_n as unsold_n,
        cast(perishable_n + idle_n as double) / nullif(open_n, 0) as unsold_rate,
        perishable_n,
        idle_n,
        priced_n,
        low_price_n,
        alert_n,
        unknown_n
    from totals
)

select * from final
