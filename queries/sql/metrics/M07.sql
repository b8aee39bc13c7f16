-- metric: M07 promise_cut
-- title_zh: 承诺时限压缩率
-- title_en: Promise cut against the statutory limit
-- unit: a ratio, b ratio, c ratio, d items
-- grain: one row an item in force at the end of the period, or all together: always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, item, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for
--     a item_n (items): in force on the last day of the period, with a statutory limit and no promise above it
--     a statutory_wd (workdays): their statutory limits
--     a promised_wd (workdays): their promises; an item without one promises its statutory limit
--     a promise_cut (ratio): (statutory_wd - promised_wd) / statutory_wd; null when statutory_wd is 0 or unknown
--     b item_not_instant_n (items): item_n without INSTANT (promise 0)
--     b promise_cut_not_instant (ratio): promise_cut without INSTANT
--     c weighting_case_n (cases): accepted in the period under the items of a
--     c promise_cut_by_cases (ratio): promise_cut with each item counted by its cases; null when there are none
--     d no_limit_n (items): left out, since they have no statutory limit
--     d promise_over_n (items): left out, since the promise is longer than the statutory limit: a data error
--     d unconverted_n (items): left out, since no parameter turns their unit into workdays
-- rows: item_id
--     item_n: judged where what = 'COUNTED'
--     item_not_instant_n: judged where what = 'COUNTED' and not is_instant
--     no_limit_n: judged where what = 'NO_LIMIT'
--     promise_over_n: judged where what = 'PROMISE_OVER'
--     unconverted_n: judged where what = 'UNCONVERTED'
-- rows: case_no
--     weighting_case_n: weighting
-- formula: (sum of statutory limits - sum of promises) / sum of statutory limits over items, in workdays: a month
--     has wd_per_month, cd_per_month natural days have as many, a workday has the office's hours
-- caveat: The first of three meanings of "50 %": what was promised, not what was done (M08) and not against
--     what was before (M09). Of items, so seldom used ones and INSTANT drive a; b and c are without that. Items
--     have no village and no department of their own. Items of other regions' catalogues, drafts and suspended
--     ones are out. As of a past time they are those of the catalogue as it stood then.
-- source: domain §5
with parameters as (
    {parameters}
),

hours as (
    -- As the clock has it: of those in force the one that began last.
    select weekday_windows, row_number() over (order by valid_from desc) as place
    from office_hours
    where
        region = (select value from lake_meta where key = 'region')
        and valid_from::date < $to
        and (valid_to is null or valid_to::date >= $to)
),

office as (
    select sum(
        60 * cast(split_part(split_part(span, '-', 2), ':', 1) as double)
        + cast(split_part(split_part(span, '-', 2), ':', 2) as double)
        - 60 * cast(split_part(split_part(span, '-', 1), ':', 1) as double)
        - cast(split_part(split_part(span, '-', 1), ':', 2) as double)
    ) as minutes
    from (
        select unnest(string_to_array(weekday_windows, ';')) as span
        from hours
        where place = 1
    )
),

factors as (
    select
        cast(max(value) filter (where key = 'wd_per_month') as double) as wd_per_month,
        cast(max(value) filter (where key = 'cd_per_month') as double) as cd_per_month
    from parameters
),

units as (
    -- Workdays of one unit; null where a parameter is not set.
    select 'WD' as unit, cast(1 as double) as workdays
    union all
    select 'CD' as unit, wd_per_month / nullif(cd_per_month, 0) as workdays from factors
    union all
    select 'MONTH' as unit, wd_per_month as workdays from factors
    union all
    select 'HOUR' as unit, 60 / nullif(minutes, 0) as workdays from office
    union all
    select 'MIN' as unit, 1 / nullif(minutes, 0) as workdays from office
),

items as (
    {items}
),

accepted as (
    select case_no, item_id as accepted_item
    from case_state
    where started_on >= $from and started_on < $to and started_at <= now() and is_judged
),

weight as (
    select accepted_item as weighted_item, count(*) as case_n
    from accepted
    group by accepted_item
),

measured as (
    select
        {item_bucket} as bucket,
        item_id,
        statutory_limit is null as is_without,
        coalesce(promised_limit = 0, false) as is_instant,
        cast(coalesce(case_n, 0) as double) as case_n,
        statutory_limit * of_statute.workdays as statutory_wd,
        case
            when promised_limit is null then statutory_limit * of_statute.workdays
            else promised_limit * of_promise.workdays
        end as promised_wd
    from items
    left join units as of_statute on of_statute.unit = coalesce(statutory_unit, 'WD')
    left join units as of_promise on of_promise.unit = coalesce(promised_unit, 'WD')
    left join weight on weighted_item = item_id
),

judged as (
    select
        *,
        case
            when is_without then 'NO_LIMIT'
            when statutory_wd is null or promised_wd is null then 'UNCONVERTED'
            when promised_wd > statutory_wd then 'PROMISE_OVER'
            else 'COUNTED'
        end as what
    from measured
),

weighting as (
    -- The cases behind weighting_case_n.
    select case_no, bucket, item_id, statutory_wd, promised_wd
    from judged
    join accepted on accepted_item = item_id
    where what = 'COUNTED'
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where what = 'COUNTED') as item_n,
        sum(statutory_wd) filter (where what = 'COUNTED') as statutory_wd,
        sum(promised_wd) filter (where what = 'COUNTED') as promised_wd,
        count(*) filter (where what = 'COUNTED' and not is_instant) as item_not_instant_n,
        sum(statutory_wd) filter (where what = 'COUNTED' and not is_instant) as slow_statutory_wd,
        sum(promised_wd) filter (where what = 'COUNTED' and not is_instant) as slow_promised_wd,
        cast(coalesce(sum(case_n) filter (where what = 'COUNTED'), 0) as bigint) as weighting_case_n,
        sum(case_n * statutory_wd) filter (where what = 'COUNTED') as cases_statutory_wd,
        sum(case_n * promised_wd) filter (where what = 'COUNTED') as cases_promised_wd,
        count(*) filter (where what = 'NO_LIMIT') as no_limit_n,
        count(*) filter (where what = 'PROMISE_OVER') as promise_over_n,
        count(*) filter (where what = 'UNCONVERTED') as unconverted_n
    from judged
    {group}
),

final as (
    select
        bucket,
        item_n,
        statutory_wd,
        promised_wd,
        (statutory_wd - promised_wd) / nullif(statutory_wd, 0) as promise_cut,
        item_not_instant_n,
        (slow_statutory_wd - slow_promised_wd) / nullif(slow_statutory_wd, 0) as promise_cut_not_instant,
        weighting_case_n,
        (cases_statutory_wd - cases_promised_wd) / nullif(cases_statutory_wd, 0) as promise_cut_by_cases,
        no_limit_n,
        promise_over_n,
        unconverted_n
    from totals
)

select * from final
