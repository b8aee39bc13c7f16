-- metric: M22 disclosure_rate
-- title_zh: 公开率
-- title_en: Disclosed
-- unit: a ratio, b ratio, c obligations, d obligations, e obligations
-- grain: one row a bucket with at least one obligation due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for
--     a due_n (obligations): due in the period and by as_of, without those approved as not applicable
--     a disclosed_n (obligations): of these, published by as_of, late or not, and not taken down early
--     a disclosure_rate (ratio of disclosed_n / due_n): null when nothing was due
--     b not_applicable_n (obligations): due in the period, not applicable for an approved reason; in no other number
--     b not_applicable_rate (ratio of not_applicable_n / due_n + not_applicable_n): null when both are zero
--     c taken_down_n (obligations): of due_n, published, and taken down early
--     d missing_n (obligations): of due_n, never published by as_of
--     e unapproved_n (obligations): of due_n, called not applicable without an approval
-- rows: obligation_id
--     due_n: marked where not is_not_applicable
--     disclosed_n: marked where not is_not_applicable and is_standing
--     not_applicable_n: marked where is_not_applicable
--     taken_down_n: marked where not is_not_applicable and is_published and not is_standing
--     missing_n: marked where not is_not_applicable and not is_published
--     unapproved_n: marked where not is_not_applicable and has_reason
-- formula: obligations due in the period, published by as_of and not taken down early / obligations due in the
--     period; an obligation is an item of the catalogue x a village x a period
-- caveat: Taken down early: before on_display_days natural days, that of the first showing included, or, where
--     the days are not told, before the next one of the village and item was shown. A corrected publication
--     that stands in the place of one taken down keeps the obligation. Approved: reason, approver and a time
--     of approval by as_of. An obligation without a due time is in no period. What has been landed as
--     obligations is the whole: items that the catalogue lacks are seen by nobody here.
-- source: domain §5 [P]
with {disclosure},

marked as (
    select
        obligation.obligation_id,
        {bucket} as bucket,
        is_not_applicable,
        has_reason,
        first_at is not null as is_published,
        coalesce(is_standing, false) as is_standing
    from obligation
    left join standing on standing.obligation_id = obligation.obligation_id
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where not is_not_applicable) as due_n,
        count(*) filter (where not is_not_applicable and is_standing) as disclosed_n,
        count(*) filter (where is_not_applicable) as not_applicable_n,
        count(*) as all_n,
        count(*) filter (where not is_not_applicable and is_published and not is_standing) as taken_down_n,
        count(*) filter (where not is_not_applicable and not is_published) as missing_n,
        count(*) filter (where not is_not_applicable and has_reason) as unapproved_n
    from marked
    {group}
),

final as (
    select
        bucket,
        due_n,
        disclosed_n,
        cast(disclosed_n as double) / nullif(due_n, 0) as disclosure_rate,
        not_applicable_n,
        cast(not_applicable_n as double) / nullif(all_n, 0) as not_applicable_rate,
        taken_down_n,
        missing_n,
        unapproved_n
    from totals
)

select * from final
