-- metric: M09 vs_baseline_cut
-- title_zh: 办理时长较改革前降幅
-- title_en: Handling time cut against the baseline
-- unit: a ratio, b code, c items
-- grain: one row a bucket with at least one case decided in the period or in the baseline;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a after_n (cases): decided in the period, of items with enough cases on both sides
--     a before_n (cases): the same of the baseline
--     a after_mean_wd (workdays): mean of each item in the period, weighted by its cases in the period
--     a before_mean_wd (workdays): mean of each item in the baseline, by the same weights
--     a vs_baseline_cut (ratio): 1 - after_mean_wd / before_mean_wd; null when it cannot be computed
--     b reason (code): why it cannot be computed, see the caveat; null when it can
--     b baseline_first_on (date): first day of the baseline
--     b baseline_end_on (date): first day after it
--     b baseline_source (text): where the baseline is laid down
--     c item_n (items): with enough cases on both sides
--     c left_out_n (items): with cases on one side only, or too few on one
--     c left_out_items (codes): these; null when there are none, or no baseline
-- rows: case_no
--     after_n: compared where is_after
--     before_n: compared where is_before
-- rows: item_id
--     item_n: items where is_compared
--     left_out_n: left_out
-- formula: 1 - sum(w x mean after) / sum(w x mean before) over items with at least compare_min_n decided cases on
--     both sides, w = their cases in the period; workdays after the day of receipt up to the day of closing
-- caveat: The third of three meanings of "50 %", the one that the report of 2018-09-13 seems to intend: against
--     what was before, not what is promised (M07) and not against the law (M08). Both sides are measured alike,
--     nothing deducted. Without a baseline from before the reform, in metric_parameter and in the lake, it is null.
--     reason is NO_BASELINE (baseline_first_on and baseline_end_on name no period), BASELINE_NOT_BEFORE_REFORM
--     (it ends after reform_on), NO_MINIMUM (compare_min_n is not set), NO_ITEM_ON_BOTH_SIDES or BASELINE_IS_ZERO.
--     By village only the items that the village had on both sides are compared. NO_LIMIT cases are out.
-- source: domain §5
with parameters as (
    {parameters}
),

asked as (
    select
        cast(max(value) filter (where key = 'baseline_first_on') as date) as first_on,
        cast(max(value) filter (where key = 'baseline_end_on') as date) as end_on,
        cast(max(value) filter (where key = 'reform_on') as date) as reform_on,
        cast(max(value) filter (where key = 'compare_min_n') as double) as min_n,
        max(source) filter (where key = 'baseline_first_on' and value is not null) as source
    from parameters
),

baseline as (
    select
        *,
        case
            when first_on is null or end_on is null or first_on >= end_on then 'NO_BASELINE'
            when reform_on is null or end_on > reform_on then 'BASELINE_NOT_BEFORE_REFORM'
            when min_n is null then 'NO_MINIMUM'
        end as flaw
    from asked
),

handled as (
    select
        case_no,
        {bucket} as bucket,
        item_id,
        coalesce(closed_on >= $from and closed_on < $to, false) as is_after,
        coalesce(flaw is null and closed_on >= first_on and closed_on < end_on, false) as is_before,
        min_n,
        cast(workdays_between(received_at::date, closed_on) as double) as days
    from case_state
    cross join baseline
    where
        not is_open
        and is_decided
        and is_judged
        and item_id is not null
        and closed_at >= received_at
),

items as (
    select
        bucket,
        item_id,
        count(*) filter (where is_after) as after_n,
        count(*) filter (where is_before) as before_n,
        sum(days) filter (where is_after) as after_days,
        sum(days) filter (where is_before) as before_days,
        coalesce(
            count(*) filter (where is_after) >= max(min_n) and count(*) filter (where is_before) >= max(min_n), false
        ) as is_compared
    from handled
    where is_after or is_before
    group by bucket, item_id
),

compared as (
    -- The cases behind after_n and before_n.
    select
        handled.case_no,
        handled.bucket,
        handled.item_id,
        handled.is_after,
        handled.is_before,
        handled.days
    from handled
    join items on items.item_id = handled.item_id and items.bucket is not distinct from handled.bucket
    where is_compared and (is_after or is_before)
),

left_out as (
    -- The items behind left_out_n; none without a baseline.
    select bucket, item_id, after_n, before_n
    from items
    cross join baseline
    where flaw is null and not is_compared
),

totals as (
    select
        {key} as bucket,
        coalesce(sum(after_n) filter (where is_compared), 0) as after_n,
        coalesce(sum(before_n) filter (where is_compared), 0) as before_n,
        sum(after_days) filter (where is_compared) as after_wd,
        sum(after_n * before_days / before_n) filter (where is_compared) as before_wd,
        count(*) filter (where is_compared) as item_n,
        count(*) filter (where not is_compared) as left_out_n,
        string_agg(item_id, ';' order by item_id) filter (where not is_compared) as left_out_items
    from items
    {group}
),

told as (
    select
        *,
        case
            when flaw is not null then flaw
            when item_n = 0 then 'NO_ITEM_ON_BOTH_SIDES'
            when before_wd = 0 then 'BASELINE_IS_ZERO'
        end as reason
    from totals
    cross join baseline
),

final as (
    select
        bucket,
        after_n,
        before_n,
        after_wd / nullif(after_n, 0) as after_mean_wd,
        before_wd / nullif(after_n, 0) as before_mean_wd,
        1 - after_wd / nullif(before_wd, 0) as vs_baseline_cut,
        reason,
        first_on as baseline_first_on,
        end_on as baseline_end_on,
        source as baseline_source,
        item_n,
        case when flaw is null then left_out_n else 0 end as left_out_n,
        case when flaw is null then left_out_items end as left_out_items
    from told
)

select * from final
