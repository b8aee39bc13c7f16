-- metric: M11 instant_rate
-- title_zh: 即办率
-- title_en: Instant rate, of items and of cases
-- unit: a ratio, b ratio
-- grain: one row a bucket with at least one item in force or case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a item_n (items): in force on the last day of the period; null but together, by item and over time
--     a instant_item_n (items): 即办事项, of these, promised 0; null where item_n is
--     a instant_item_rate (ratio of instant_item_n / item_n): 即办事项率, null where item_n is
--     b decided_n (cases): decided in the period
--     b instant_case_n (cases): 即办件, of these, INSTANT and closed in time
--     b instant_case_rate (ratio of instant_case_n / decided_n): 即办件率, null when nothing was decided
-- rows: case_no
--     decided_n: counted where what = 'CASE'
--     instant_case_n: counted where what = 'CASE' and is_instant
-- rows: item_id
--     item_n: counted where what = 'ITEM'
--     instant_item_n: counted where what = 'ITEM' and is_instant
-- formula: a: items promised 0 / items in force; b: CLOSED_INSTANT / CLO that was decided
-- caveat: Two metrics with two names: a is what is offered, b what was done. Never take one for the other. Items
--     have no village and no department of their own, so a has no value there. An INSTANT case that was
--     closed late, or extended, is in decided_n and not in instant_case_n. NO_LIMIT cases are out.
-- source: domain §5
with items as (
    {items}
),

counted as (
    select
        cast(null as varchar) as case_no,
        item_id,
        {item_bucket} as bucket,
        'ITEM' as what,
        promised_limit = 0 as is_instant
    from items
    where {item_bucket} is not null
    union all
    select
        case_no,
        item_id,
        {bucket} as bucket,
        'CASE' as what,
        status = 'CLOSED_INSTANT' as is_instant
    from case_state
    where
        {decided}
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where what = 'ITEM') as item_n,
        count(*) filter (where what = 'ITEM' and is_instant) as instant_item_n,
        count(*) filter (where what = 'CASE') as decided_n,
        count(*) filter (where what = 'CASE' and is_instant) as instant_case_n
    from counted
    {group}
),

final as (
    select
        bucket,
        nullif(item_n, 0) as item_n,
        case when item_n > 0 then instant_item_n end as instant_item_n,
        cast(instant_item_n as double) / nullif(item_n, 0) as instant_item_rate,
        decided_n,
        instant_case_n,
        cast(instant_case_n as double) / nullif(decided_n, 0) as instant_case_rate
    from totals
)

select * from final
