-- panel: handling_times, from the marts up to $until and the cases in motion from then on
-- grain: one row
-- unit: cases; working days
-- params: $region text pattern of village codes, $from, $until, $to dates; $until begins a month
-- caveat: the percentiles are those of the cases: a bucket has one handling time, and between two neighbours the
--     weight is a whole number of tenths
with {months},

buckets as (
    select used_tenths, sum(n) as n
    from timed
    where coalesce(village_code, '') like $region
    group by used_tenths
    having sum(n) > 0
),

placed as (
    select
        used_tenths,
        n,
        sum(n) over (order by used_tenths) as up_to,
        sum(n) over () as total
    from buckets
),

found as (
    -- up_to > p is the value at place p, counted from 0
    select
        sum(n) as decided_n,
        min(case when 2 * up_to >= total then used_tenths end) as low_median,
        min(case when 2 * up_to > total then used_tenths end) as high_median,
        min(case when up_to > (9 * (total - 1)) / 10 then used_tenths end) as low_p90,
        min(case when up_to > (9 * (total - 1) + 9) / 10 then used_tenths end) as high_p90,
        max((9 * (total - 1)) % 10) as tenths_between
    from placed
),

final as (
    select
        coalesce(decided_n, 0) as decided_n,
        (low_median + high_median) / 20.0 as median_used_days,
        round(low_p90 + (high_p90 - low_p90) * tenths_between / 10.0, 1) / 10.0 as p90_used_days
    from found
)

select * from final
