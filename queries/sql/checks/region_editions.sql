-- check: region_editions
-- title_zh: 每日恰有一个区划版本有效
-- title_en: One edition of the regions is in force on each day
-- row: an edition that goes on after the next one has begun, or ends before; or a region of an edition of which that
--     edition does not have the region above it
-- note: where two editions overlap, the newer one is taken from its first day on; the rows of the older one should say
--     so in valid_to
-- source: domain §6 (regions), §0 C1
with followed as (
    select
        edition,
        told_end,
        lead(edition) over (order by first_day, edition) as next_edition,
        lead(first_day) over (order by first_day, edition) as next_day
    from region_edition
),

unfit as (
    select
        'edition ' || cast(edition as varchar) as key,
        case
            when told_end is null then 'is in force without an end, '
            else 'ends on ' || cast(told_end as varchar) || ', '
        end || coalesce(
            'and edition ' || cast(next_edition as varchar) || ' begins on ' || cast(next_day as varchar),
            'and none is in force since'
        ) as detail
    from followed
    -- The last one needs no end, and may have one that lies ahead.
    where coalesce(told_end <> next_day, next_day is not null or told_end <= now()::date)
),

orphan as (
    select
        'edition ' || cast(below.edition as varchar) || ' ' || below.code as key,
        below.level || ' without a region ' || coalesce(below.parent_code, '(none named)') || ' above it' as detail
    from region as below
    left anti join region as above on above.edition = below.edition and above.code = below.parent_code
    where below.level <> 'city'
),

final as (
    select key, detail
    from unfit
    union all
    select key, detail
    from orphan
    order by key, detail
    limit 1000
)

select * from final
