-- metric: M30 parcel_on_time
-- title_zh: 物流时效
-- title_en: Parcels on time
-- unit: a ratio, b parcels, c hours, d parcels
-- grain: one row a bucket with at least one parcel promised for the period, or picked up in it without a promise;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): village where it was picked up, or what that lies in; null where the source names none
--     a promised_n (parcels): promised for the period and by as_of
--     a on_time_n (parcels): of these, delivered at or before the promised time
--     a on_time_rate (ratio of on_time_n / promised_n): null when nothing was promised
--     b late_n (parcels): of promised_n, delivered after it
--     b undelivered_n (parcels): of promised_n, not delivered by as_of, lost or returned
--     c signed_n (parcels): of promised_n, signed for, and when it was picked up is known
--     c median_hours (hours): their median from pick-up to signing
--     d unpromised_n (parcels): picked up in the period without a promise; in no other number
-- rows: parcel_id
--     promised_n: bucketed where is_promised
--     on_time_n: bucketed where is_promised and is_on_time
--     late_n: bucketed where is_promised and is_delivered and not is_on_time
--     undelivered_n: bucketed where is_promised and not is_delivered
--     signed_n: bucketed where hours is not null
--     unpromised_n: bucketed where not is_promised
-- formula: parcels promised for the period and delivered by then / parcels promised for the period
-- caveat: Undelivered, lost and returned are failures, whatever else is told of them. What is signed for and tells
--     no delivery counts as delivered when it was signed for. Signed for before it was picked up is a data error
--     and left out of c. Which share of the villages has a post point (快递覆盖率) is another number.
-- source: domain §5
with sent as (
    select
        parcel_id,
        from_village as village_code,
        picked_at,
        picked_at::date as picked_on,
        promised_at,
        promised_at::date as promised_on,
        delivered_at,
        signed_at,
        coalesce(state in ('LOST', 'RETURNED'), false) as is_failed
    from parcel
),

placed as (
    select
        parcel_id,
        {place},
        promised_at is not null as is_promised,
        coalesce(not is_failed and coalesce(delivered_at, signed_at) <= promised_at, false) as is_on_time,
        coalesce(not is_failed and coalesce(delivered_at, signed_at) <= now(), false) as is_delivered,
        case
            when not is_failed and signed_at >= picked_at and signed_at <= now()
                then (extract(epoch from signed_at) - extract(epoch from picked_at)) / 3600.0
        end as hours
    from sent
    where
        (promised_on >= $from and promised_on < $to and promised_at <= now())
        or (promised_at is null and picked_on >= $from and picked_on < $to and picked_at <= now())
),

bucketed as (
    select
        parcel_id,
        {bucket} as bucket,
        is_promised,
        is_on_time,
        is_delivered,
        case when is_promised then hours end as hours
    from placed
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_promised) as promised_n,
        count(*) filter (where is_promised and is_on_time) as on_time_n,
        count(*) filter (where is_promised and is_delivered and not is_on_time) as late_n,
        count(*) filter (where is_promised and not is_delivered) as undelivered_n,
        count(hours) as signed_n,
        percentile_cont(0.5) within group (order by hours) as median_hours,
        count(*) filter (where not is_promised) as unpromised_n
    from bucketed
    {group}
),

final as (
    select
        bucket,
        promised_n,
        on_time_n,
        cast(on_time_n as double) / nullif(promised_n, 0) as on_time_rate,
        late_n,
        undelivered_n,
        signed_n,
        median_hours,
        unpromised_n
    from totals
)

select * from final
