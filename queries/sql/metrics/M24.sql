-- metric: M24 disclosure_completeness
-- title_zh: 公开完整率、在架率
-- title_en: Disclosed in full, and on view
-- unit: a ratio, b ratio, c obligations
-- grain: one row a bucket with at least one obligation due in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): what the row stands for
--     a due_n (obligations): due in the period and by as_of, without those approved as not applicable
--     a counted_n (obligations): of these, published by as_of with a known number of fields
--     a required_fields (fields): fields that their templates require
--     a filled_fields (fields): of these, filled; none where the publication was taken down early
--     a completeness_rate (ratio): filled_fields / required_fields; null when none are required
--     b required_days (days): days on which due_n had to be on view, up to the day before as_of
--     b online_days (days): of these, days on which it was
--     b online_rate (ratio): online_days / required_days; null when there are none
--     c unknown_fields_n (obligations): published, with fields that are not told or more filled than required; not in a
-- rows: obligation_id
--     due_n: marked
--     counted_n: marked where is_known
--     unknown_fields_n: marked where is_published and not is_known
-- formula: a sum of filled fields / sum of required fields; b sum of days on view / sum of required days, of
--     obligations due in the period
-- caveat: a is of what was published: what was not has no template, and M22 counts it. The last publication that
--     stands counts, of several. Whether 无 or a blank file was handed in is told by the source, which leaves
--     such fields out of those filled. b counts from the first showing, or from the day after the due day if
--     that is earlier, for on_display_days, or until the next one of the village and item was shown. The day of
--     the first showing is on view, the day of taking down is not.
-- source: domain §5
with {disclosure},

ranked as (
    select
        publication.obligation_id,
        required_fields_total,
        required_fields_filled,
        row_number() over (
            partition by publication.obligation_id
            order by
                withdrawn_on is null or coalesce(withdrawn_on >= until_on, false) desc,
                published_at desc,
                pub_id desc
        ) as place
    from publication
    join obligation on obligation.obligation_id = publication.obligation_id
),

required as (
    select
        obligation.*,
        least(first_on, due_on + 1) as from_on,
        least(
            now()::date,
            case when on_display_days is null then next_on else least(first_on, due_on + 1) + on_display_days end
        ) as to_on
    from obligation
    where not is_not_applicable
),

spans as (
    -- What of a publication lies in the required days.
    select
        required.obligation_id,
        pub_id,
        greatest(published_on, from_on) as begins_on,
        least(coalesce(withdrawn_on, to_on), to_on) as ends_on
    from required
    join publication on publication.obligation_id = required.obligation_id
),

reached as (
    -- And of that, what publications before it have not covered.
    select
        obligation_id,
        ends_on - greatest(
            begins_on,
            max(ends_on) over (
                partition by obligation_id order by begins_on, pub_id
                rows between unbounded preceding and 1 preceding
            )
        ) as days
    from spans
),

online as (
    select obligation_id, sum(greatest(days, 0)) as days
    from reached
    group by obligation_id
),

marked as (
    select
        required.obligation_id,
        {bucket} as bucket,
        first_at is not null as is_published,
        coalesce(required_fields_filled <= required_fields_total, false) as is_known,
        required_fields_total,
        case when is_standing then required_fields_filled else 0 end as filled_fields,
        greatest(to_on - from_on, 0) as required_days,
        coalesce(online.days, 0) as online_days
    from required
    left join standing on standing.obligation_id = required.obligation_id
    left join ranked on ranked.obligation_id = required.obligation_id and ranked.place = 1
    left join online on online.obligation_id = required.obligation_id
),

totals as (
    select
        {key} as bucket,
        count(*) as due_n,
        count(*) filter (where is_known) as counted_n,
        coalesce(sum(required_fields_total) filter (where is_known), 0) as required_fields,
        coalesce(sum(filled_fields) filter (where is_known), 0) as filled_fields,
        coalesce(sum(required_days), 0) as required_days,
        coalesce(sum(online_days), 0) as online_days,
        count(*) filter (where is_published and not is_known) as unknown_fields_n
    from marked
    {group}
),

final as (
    select
        bucket,
        due_n,
        counted_n,
        required_fields,
        filled_fields,
        cast(filled_fields as double) / nullif(required_fields, 0) as completeness_rate,
        required_days,
        online_days,
        cast(online_days as double) / nullif(required_days, 0) as online_rate,
        unknown_fields_n
    from totals
)

select * from final
