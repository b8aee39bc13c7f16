-- table: village_table
-- title_zh: 村级一览
-- title_en: Villages
-- grain: one row a village (or township, or county) of the day's region edition, also without cases, and one of
--     earlier editions that something is counted of
-- key: the code of the level
-- params: $from date, $to date (exclusive)
-- columns:
--     code and name of the level, then those of the levels above it
--     received, accepted, closed (cases): M01a, M01b, M01c
--     due_n, due_on_time_n (cases), due_on_time_rate (ratio): M03a; null when nothing was due
--     wilson_low, wilson_high (ratio): Wilson 95 % interval of due_on_time_rate; null when nothing was due
--     ranked (yes/no): due_n is at least 30, so that wilson_low may rank it
--     yellow_net, red_net (cases): M06a, M06b
--     supervised (cases), red_per_1000 (per 1,000 cases): M06b; null when nothing was supervised
--     median_used_days (workdays): M10b
-- formula: each level is worked out from its cases, never from the rates of the level below
-- caveat: Cases whose place is unknown, or in no edition, have no row here: the metrics have them.
--     Not ordered. Caveats of M01, M03, M06 and M10 hold.
-- source: domain §5 (aggregation)
with {case_totals},

carded as (
    select
        {level}_code as code,
        case_no,
        level
    from card
    where {carded}
        and is_net
    group by code, case_no, level
),

card_totals as (
    select
        code,
        count(*) filter (where level = 'YELLOW') as yellow_net,
        count(*) filter (where level = 'RED') as red_net
    from carded
    group by code
),

-- Of places that are no more, as the last edition that knew them has them.
gone as (
    select
        {places},
        row_number() over (partition by {level}_code order by edition desc, village_code) as place
    from village_ever
    where {level}_code not in (select {level}_code from village)
        and (
            {level}_code in (select code from case_totals)
            or {level}_code in (select code from card_totals)
        )
),

places as (
    select distinct {places} from village
    union all
    select {places} from gone
    where place = 1
),

measured as (
    select
        {places},
        coalesce(received, 0) as received,
        coalesce(accepted, 0) as accepted,
        coalesce(closed, 0) as closed,
        coalesce(due_n, 0) as due_n,
        coalesce(due_on_time_n, 0) as due_on_time_n,
        cast(due_on_time_n as double) / nullif(due_n, 0) as rate,
        cast(nullif(due_n, 0) as double) as n,
        1.959963984540054 as z,
        coalesce(yellow_net, 0) as yellow_net,
        coalesce(red_net, 0) as red_net,
        coalesce(supervised, 0) as supervised,
        median_tenths
    from places
    left join case_totals on case_totals.code = places.{level}_code
    left join card_totals on card_totals.code = places.{level}_code
),

wilson as (
    select
        *,
        (rate + z * z / (2.0 * n)) / (1.0 + z * z / n) as centre,
        z / (1.0 + z * z / n) * sqrt(rate * (1.0 - rate) / n + z * z / (4.0 * n * n)) as half_width
    from measured
),

final as (
    select
        {places},
        received,
        accepted,
        closed,
        due_n,
        due_on_time_n,
        rate as due_on_time_rate,
        case when due_n > 0 then greatest(centre - half_width, 0.0) end as wilson_low,
        case when due_n > 0 then least(centre + half_width, 1.0) end as wilson_high,
        due_n >= 30 as ranked,
        yellow_net,
        red_net,
        supervised,
        1000.0 * red_net / nullif(supervised, 0) as red_per_1000,
        median_tenths / 10.0 as median_used_days
    from wilson
)

select * from final
