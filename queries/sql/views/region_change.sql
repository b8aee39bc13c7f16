-- view: region_change
-- grain: one code that tells two region editions apart: ADDED, REMOVED or RENAMED from the earlier to the later
-- note: every pair of editions is compared, so ask for one of each; successor_code is a code that is added in the
--     place above it under the same name but for its kind (白虎头村委会, 白虎头社区居委会), if there is one
with pair as (
    select
        before.edition as earlier,
        after.edition as later,
        after.first_day
    from region_edition as before
    join region_edition as after on before.edition < after.edition
),

earlier_row as (
    select pair.earlier, pair.later, pair.first_day, region.code, region.level, region.parent_code, region.name
    from pair
    join region on region.edition = pair.earlier
),

later_row as (
    select pair.earlier, pair.later, pair.first_day, region.code, region.level, region.parent_code, region.name
    from pair
    join region on region.edition = pair.later
),

change as (
    select
        coalesce(was.earlier, became.earlier) as earlier,
        coalesce(was.later, became.later) as later,
        coalesce(was.first_day, became.first_day) as first_day,
        coalesce(was.code, became.code) as code,
        coalesce(became.level, was.level) as level,
        coalesce(became.parent_code, was.parent_code) as parent_code,
        was.name as name_before,
        became.name as name_after,
        case
            when was.code is null then 'ADDED'
            when became.code is null then 'REMOVED'
            else 'RENAMED'
        end as change,
        regexp_replace(coalesce(became.name, was.name), '(村|社区)?(村民|居民|村|居)委(员)?会$|社区$', '') as stem
    from earlier_row as was
    full join later_row as became
        on became.earlier = was.earlier
        and became.later = was.later
        and became.code = was.code
    where was.code is null or became.code is null or was.name <> became.name
),

successor as (
    select earlier, later, parent_code, stem, min(code) as code
    from change
    where change = 'ADDED'
    group by earlier, later, parent_code, stem
),

final as (
    select
        change.earlier,
        change.later,
        change.change,
        change.code,
        change.level,
        change.name_before,
        change.name_after,
        case when change.change = 'REMOVED' then successor.code end as successor_code,
        change.first_day
    from change
    left join successor
        on successor.earlier = change.earlier
        and successor.later = change.later
        and successor.parent_code = change.parent_code
        and successor.stem = change.stem
)

select * from final
