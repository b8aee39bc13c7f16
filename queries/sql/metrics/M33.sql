-- metric: M33 volume_anomaly
-- title_zh: 办件量异常
-- title_en: Unusual volume
-- unit: a items, b cases, c ratio, d ratio, e robust z
-- grain: one row a bucket with at least one case accepted in the period, or in those it is compared with;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a items_n (items): with at least one case accepted in the period
--     a judged_n (items): of these, with 30 cases or more, a z, and at least one of mom and yoy
--     a anomaly_n (items): of these, z over 3, and 10 % off the period before or 5 % off the year before
--     b volume_n (cases): accepted in the period, to as_of
--     b per_workday (cases per workday): volume_n / workdays of the region in it, to as_of
--     c mom (ratio): per workday against the period before, of all items together; null around Spring Festival
--     d yoy (ratio): per workday against the same period of the year before, of all items together
--     e max_z (robust z): largest of judged_n: distance to the median of the periods before, in 1.4826 x MAD
-- rows: of_item
--     items_n: marked where n > 0
--     judged_n: marked where is_judged
--     anomaly_n: marked where is_judged and is_off
-- rows: case_no
--     volume_n: taken
-- formula: items accepted in the period with (|mom| >= 10 % or |yoy| >= 5 %) and n >= 30 and robust z > 3
-- caveat: By item one row is one item, and c, d, e are its own; otherwise c and d are of the sum, and a counts
--     items that are unusual in themselves. A lead, no verdict. Thresholds are parameters (anomaly_...). The
--     periods before are as long: months before whole months, else as many days. Around Spring Festival
--     (spring_festival_days before or after it, periods of up to 31 days) the year before is the period at the
--     same distance from its festival, and mom is null. Periods that begin before the first case of the lake,
--     or outside the known calendar, are no base. Always the same volume in the periods before gives no z.
--     NO_LIMIT cases are out.
-- source: domain §5 [P]; 10 % and 5 % [S19]
with {numbers},

threshold as (
    select
        max(value) filter (where key = 'anomaly_mom') as mom,
        max(value) filter (where key = 'anomaly_yoy') as yoy,
        max(value) filter (where key = 'anomaly_least_cases') as least_cases,
        max(value) filter (where key = 'anomaly_z') as z,
        max(value) filter (where key = 'anomaly_history') as history,
        max(value) filter (where key = 'anomaly_history_least') as history_least,
        cast(max(value) filter (where key = 'spring_festival_days') as bigint) as festival_days
    from parameter
),

day as (
    select
        date as day_on,
        is_workday,
        cast(extract(year from date) * 12 + extract(month from date) as bigint) as month_no
    from calendar_day
    where region = (select max(value) from lake_meta where key = 'region')
),

span as (
    select
        min(day_on) as first_on,
        max(day_on) as last_on,
        min(month_no) as first_month,
        max(month_no) - min(month_no) + 1 as months,
        max(day_on) - min(day_on) + 1 as days
    from day
    where day_on >= $from and day_on < $to
),

began as (
    select min(started_on) as began_on
    from case_state
    where is_judged
),

festival as (
    -- Each Spring Festival, and how long after the one before it comes.
    select
        valid_from as festival_on,
        valid_from - lag(valid_from) over (order by valid_from) as days_since
    from metric_parameter
    where key = 'spring_festival'
),

near as (
    -- What the festival does to the period, if it is near; no row of span is lost.
    select
        max(days_since) filter (
            where first_on <= festival_on + festival_days and last_on >= festival_on - festival_days
        ) as shift,
        coalesce(
            bool_or(
                first_on - days <= festival_on + festival_days and last_on >= festival_on - festival_days
            ),
            false
        ) as is_mom_disturbed
    from span
    cross join threshold
    cross join festival
    where days <= 31
),

dated as (
    -- Each day with how many periods it lies back, and whether it is of the year before.
    select
        day_on,
        is_workday,
        case
            when extract(day from first_on) = 1 and extract(day from last_on + 1) = 1
                then (first_month - month_no + months - 1) / months
            else (first_on - day_on + days - 1) / days
        end as back,
        case when shift is null then (day_on + interval '1 year')::date else day_on + shift end
            between first_on and least(last_on, now()::date) as is_last_year
    from day
    cross join span
    cross join near
    where day_on <= least(last_on, now()::date)
),

slot as (
    -- The periods to compare: 0 itself, 1 and on those before it, -1 the one of the year before.
    select day_on, is_workday, back
    from dated
    cross join threshold
    where back between 0 and cast(history as bigint)
    union all
    select day_on, is_workday, -1 as back
    from dated
    where is_last_year
),

base as (
    select
        back,
        cast(nullif(count(*) filter (where is_workday), 0) as double) as workdays
    from slot
    cross join began
    group by back
    having back = 0 or min(day_on) >= min(began_on)
),

accepted as (
    select
        case_no,
        {bucket} as bucket,
        item_id as of_item,
        started_on
    from case_state
    where is_judged and started_at <= now()
),

volume as (
    select
        bucket,
        of_item,
        slot.back,
        count(*) as n
    from accepted
    join slot on slot.day_on = started_on
    group by bucket, of_item, slot.back
),

taken as (
    -- The cases behind volume_n.
    select
        case_no,
        bucket,
        of_item,
        started_on
    from accepted
    join slot on slot.day_on = started_on
    where slot.back = 0
),

counted as (
    -- A period in which nothing of an item was accepted counts with 0.
    select bucket, of_item, back, n
    from volume
    union all
    select bucket, of_item, base.back, 0 as n
    from (select distinct bucket, of_item from volume)
    cross join base
),

rate as (
    select
        bucket,
        of_item,
        base.back,
        sum(n) as n,
        sum(n) / max(workdays) as per_workday
    from counted
    join base on base.back = counted.back
    group by bucket, of_item, base.back
),

middle as (
    select
        rate.*,
        median(case when back > 0 then per_workday end) over (partition by bucket, of_item) as median_rate
    from rate
),

length as (
    -- Workdays to set the volumes against; unknown where there is nothing to compare with.
    select
        max(workdays) filter (where back = 0) as now_days,
        max(workdays) filter (where back = 1 and not is_mom_disturbed) as before_days,
        max(workdays) filter (where back = -1) as last_days
    from base
    cross join near
),

placed as (
    select
        bucket,
        of_item,
        coalesce(max(n) filter (where back = 0), 0) as n,
        coalesce(max(n) filter (where back = 1), 0) as before_n,
        coalesce(max(n) filter (where back = -1), 0) as last_n,
        max(median_rate) as median_rate,
        count(per_workday) filter (where back > 0) as periods,
        nullif(1.4826 * median(abs(per_workday - median_rate)) filter (where back > 0), 0) as spread_rate
    from middle
    group by bucket, of_item
),

compared as (
    select
        placed.*,
        (n / now_days) / nullif(before_n / before_days, 0) - 1 as mom,
        (n / now_days) / nullif(last_n / last_days, 0) - 1 as yoy,
        case when periods >= history_least then abs(n / now_days - median_rate) / spread_rate end as z
    from placed
    cross join length
    cross join threshold
),

marked as (
    select
        compared.*,
        (
            n >= least_cases
            and compared.z is not null
            and (compared.mom is not null or compared.yoy is not null)
        ) as is_judged,
        compared.z > threshold.z
        and (
            coalesce(abs(compared.mom) >= threshold.mom, false)
            or coalesce(abs(compared.yoy) >= threshold.yoy, false)
        ) as is_off
    from compared
    cross join threshold
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where n > 0) as items_n,
        count(*) filter (where is_judged) as judged_n,
        count(*) filter (where is_judged and is_off) as anomaly_n,
        coalesce(sum(n), 0) as volume_n,
        coalesce(sum(before_n), 0) as before_n,
        coalesce(sum(last_n), 0) as last_n,
        max(z) filter (where is_judged) as max_z
    from marked
    {group}
),

final as (
    select
        bucket,
        items_n,
        judged_n,
        anomaly_n,
        volume_n,
        volume_n / now_days as per_workday,
        (volume_n / now_days) / nullif(before_n / before_days, 0) - 1 as mom,
        (volume_n / now_days) / nullif(last_n / last_days, 0) - 1 as yoy,
        max_z
    from totals
    cross join length
)

select * from final
