-- shared: what is offered or wanted: a listing, with those of the same seller and product that were posted again
-- soon after it. Sold out ends it, by its deals or by its source; decided_on is null as long as it is open
posting as (
    select
        listing.*,
        coalesce(seller_hash, listing_id) as seller,
        posted_at::date as posted_on,
        case when least(ended_at, ends_at) <= now() then least(ended_at, ends_at)::date end as ended_on
    from listing
    where posted_at <= now() and review_state is distinct from 'REFUSED'
),

stepped as (
    select
        posting.*,
        case
            when posted_on - lag(posted_on) over (
                partition by seller, direction, product order by posted_at, listing_id
            ) <= repost.value then 0
            else 1
        end as is_new
    from posting
    left join parameter as repost on repost.key = 'listing_repost_days'
),

chained as (
    select
        stepped.*,
        sum(is_new) over (
            partition by seller, direction, product order by posted_at, listing_id
        ) as chain
    from stepped
),

offered as (
    select
        chained.*,
        first_value(listing_id) over (
            partition by seller, direction, product, chain order by posted_at, listing_id
        ) as offer_id
    from chained
),

offer_total as (
    select
        offer_id,
        first_value(village_code order by posted_at, listing_id) as village_code,
        min(direction) as direction,
        min(product) as product,
        last_value(grade order by posted_at, listing_id) as grade,
        last_value(price_per_kg order by posted_at, listing_id) as price_per_kg,
        min(harvest_date) as harvested_on,
        min(shelf_life_d) as shelf_life_days,
        sum(inquiries) as inquiries,
        max(qty_kg) as listed_kg,
        min(posted_on) as posted_on,
        last_value(ended_on order by posted_at, listing_id) as ended_on,
        count(*) as postings
    from offered
    group by offer_id
),

trade as (
    -- Deals that stand: confirmed, and not called off by as_of.
    select
        offered.offer_id,
        deal.deal_id,
        deal.qty_kg,
        deal.confirmed_at::date as confirmed_on,
        deal.confirmed_by in ('BUYER', 'BOTH', 'PLATFORM') as is_confirmed,
        deal.confirmed_by = 'SELLER' as is_seller_only
    from deal
    join offered on offered.listing_id = deal.listing_id
    where deal.confirmed_at <= now() and (deal.cancelled_at is null or deal.cancelled_at > now())
),

running as (
    select
        offer_id,
        confirmed_on,
        sum(qty_kg) over (partition by offer_id order by confirmed_on, deal_id) as sold_kg
    from trade
    where is_confirmed
),

sold_out as (
    -- The first day on which the deals come to what was offered, whether the source has ended it or not.
    select running.offer_id as sold_id, min(confirmed_on) as sold_out_on
    from running
    join offer_total on offer_total.offer_id = running.offer_id
    where listed_kg > 0 and sold_kg >= listed_kg
    group by running.offer_id
),

offer as (
    select
        offer_total.* exclude (ended_on),
        least(ended_on, sold_out_on) as ended_on,
        substr(village_code, 1, 9) || '000' as township_code,
        substr(village_code, 1, 6) || '000000' as county_code,
        least(
            ended_on,
            sold_out_on,
            case
                when posted_on + cast(patience.value as bigint) <= now()::date
                    then posted_on + cast(patience.value as bigint)
            end
        ) as decided_on
    from offer_total
    left join sold_out on sold_out.sold_id = offer_total.offer_id
    left join parameter as patience on patience.key = 'listing_decided_days'
)
