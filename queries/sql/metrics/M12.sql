-- metric: M12 visit_rate
-- title_zh: 最多跑一次率、零跑动率
-- title_en: One visit at most, no visit at all
-- unit: a ratio, b ratio, c ratio, d ratio
-- grain: one row a bucket with at least one item in force or case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     white_item_n (items): left out of a and b by the white list visits_white_items
--     unknown_item_n (items): left out of a and b, since the visits that they ask for are not known
--     a item_n (items): in force on the last day of the period, neither of these two; null when there are none
--     a once_item_n (items): of these, asking for one visit at most
--     a once_item_rate (ratio of once_item_n / item_n): 最多跑一次事项率
--     b none_item_n (items): of item_n, asking for none
--     b none_item_rate (ratio of none_item_n / item_n): 零跑动事项率
--     c decided_n (cases): decided in the period
--     c known_case_n (cases): of these, the visits are known
--     c unknown_case_rate (ratio of decided_n - known_case_n / decided_n): share whose visits are not known
--     c once_case_n (cases): of known_case_n, one visit at most
--     c once_case_rate (ratio of once_case_n / known_case_n): 最多跑一次办件率
--     d none_case_n (cases): of known_case_n, no visit
--     d none_case_rate (ratio of none_case_n / known_case_n): 零跑动办件率
-- rows: case_no
--     decided_n: counted where what = 'CASE'
--     known_case_n: counted where what = 'CASE' and visits is not null
--     once_case_n: counted where what = 'CASE' and visits <= 1
--     none_case_n: counted where what = 'CASE' and visits = 0
-- rows: item_id
--     white_item_n: counted where what = 'WHITE'
--     unknown_item_n: counted where what = 'ITEM' and visits is null
--     item_n: counted where what = 'ITEM' and visits is not null
--     once_item_n: counted where what = 'ITEM' and visits <= 1
--     none_item_n: counted where what = 'ITEM' and visits = 0
-- formula: a, b: items asking for at most one visit, or none / items without the white list; c, d: cases with at
--     most one counted visit, or none / cases whose visits are known
-- caveat: What is scheduled (a, b) is not what is experienced (c, d): never take one for the other. The more
--     visits are unknown, the less c and d say. Items have no village and no department of their own, so a and b
--     have no value there. White items are in c and d. NO_LIMIT cases are out.
-- source: domain §5
with parameters as (
    {parameters}
),

items as (
    {items}
),

decided as (
    select case_no, item_id, {bucket} as bucket
    from case_state
    where
        {decided}
),

counted as (
    select
        cast(null as varchar) as case_no,
        items.item_id,
        {item_bucket} as bucket,
        case
            when strpos(';' || coalesce(white.value, '') || ';', ';' || items.item_id || ';') > 0 then 'WHITE'
            else 'ITEM'
        end as what,
        max_visits as visits
    from items
    left join (select value from parameters where key = 'visits_white_items') as white on true
    where {item_bucket} is not null
    union all
    select
        decided.case_no,
        decided.item_id,
        decided.bucket,
        'CASE' as what,
        visits_count as visits
    from decided
    left join workflow_case on workflow_case.case_no = decided.case_no
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where what = 'WHITE') as white_item_n,
        count(*) filter (where what = 'ITEM' and visits is null) as unknown_item_n,
        count(visits) filter (where what = 'ITEM') as item_n,
        count(*) filter (where what = 'ITEM' and visits <= 1) as once_item_n,
        count(*) filter (where what = 'ITEM' and visits = 0) as none_item_n,
        count(*) filter (where what = 'CASE') as decided_n,
        count(visits) filter (where what = 'CASE') as known_case_n,
        count(*) filter (where what = 'CASE' and visits <= 1) as once_case_n,
        count(*) filter (where what = 'CASE' and visits = 0) as none_case_n
    from counted
    {group}
),

final as (
    select
        bucket,
        white_item_n,
        unknown_item_n,
        nullif(item_n, 0) as item_n,
        case when item_n > 0 then once_item_n end as once_item_n,
        cast(once_item_n as double) / nullif(item_n, 0) as once_item_rate,
        case when item_n > 0 then none_item_n end as none_item_n,
        cast(none_item_n as double) / nullif(item_n, 0) as none_item_rate,
        decided_n,
        known_case_n,
        cast(decided_n - known_case_n as double) / nullif(decided_n, 0) as unknown_case_rate,
        once_case_n,
        cast(once_case_n as double) / nullif(known_case_n, 0) as once_case_rate,
        none_case_n,
        cast(none_case_n as double) / nullif(known_case_n, 0) as none_case_rate
    from totals
)

select * from final
