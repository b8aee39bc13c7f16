-- panel: prices
-- grain: one product of a grade, and one piece of the period
-- key: product, grade, piece
-- unit: yuan per kg
-- params: $piece day, week or month, or all for the period as a whole, $product text ('' = any), $grade text
--     (heeded with a product; '' = none told), $region text pattern of village codes, $from, $to dates, half open
-- caveat: Asked is the median price of SUPPLY first posted in the piece (M26 tells what is one offer), dealt
--     what was paid by weight in deals that stand, confirmed by BUYER, BOTH or PLATFORM (M28), the market the median
--     of its average quotes, wherever the market is; by the same name of product and grade, so that grades of a
--     seller's own meet no quote. A deal without weight or price is left out
with {numbers},

{offer},

asked as (
    select
        product,
        grade,
        posted_on as happened_on,
        cast(price_per_kg as double) as asked_per_kg
    from offer
    where direction = 'SUPPLY'
        and price_per_kg is not null
        and posted_on >= $from
        and posted_on < $to
        and coalesce(village_code, '') like $region
),

dealt as (
    select
        offer.product,
        offer.grade,
        trade.confirmed_on as happened_on,
        cast(deal.qty_kg as double) as kg,
        coalesce(cast(deal.qty_kg * deal.unit_price as double), cast(deal.amount as double)) as yuan
    from trade
    join deal on deal.deal_id = trade.deal_id
    join offer on offer.offer_id = trade.offer_id
    where trade.is_confirmed
        and trade.confirmed_on >= $from
        and trade.confirmed_on < $to
        and deal.qty_kg > 0
        and coalesce(deal.unit_price, deal.amount) is not null
        and coalesce(offer.village_code, '') like $region
),

quoted as (
    select
        product,
        grade,
        price_on as happened_on,
        cast(average_per_kg as double) as market_per_kg
    from market_price
    where average_per_kg is not null and price_on >= $from and price_on < $to
),

parts as (
    select
        product,
        grade,
        happened_on,
        asked_per_kg,
        cast(null as double) as kg,
        cast(null as double) as yuan,
        cast(null as double) as market_per_kg
    from asked
    union all
    select product, grade, happened_on, null, kg, yuan, null from dealt
    union all
    select product, grade, happened_on, null, null, null, market_per_kg from quoted
),

pieces as (
    select
        product,
        grade,
        case
            when $piece = 'day' then happened_on
            when $piece = 'week' then cast(date_trunc('week', happened_on) as date)
            when $piece = 'month' then cast(date_trunc('month', happened_on) as date)
            else cast($from as date)
        end as piece,
        asked_per_kg,
        kg,
        yuan,
        market_per_kg
    from parts
    where $product = '' or (product = $product and coalesce(grade, '') = $grade)
),

final as (
    select
        product,
        grade,
        piece,
        count(asked_per_kg) as asked_n,
        median(asked_per_kg) as asked_per_kg,
        count(yuan) as dealt_n,
        sum(yuan) / nullif(sum(kg), 0) as dealt_per_kg,
        count(market_per_kg) as quotes_n,
        median(market_per_kg) as market_per_kg
    from pieces
    group by product, grade, piece
)

select * from final
where $product <> '' or asked_n > 0 or dealt_n > 0
order by piece, asked_n + dealt_n desc, product, grade
