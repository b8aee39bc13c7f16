-- metric: M17 satisfaction
-- title_zh: 参评率、满意率、平均星级
-- title_en: Rated, satisfied, mean stars
-- unit: a ratio, b ratio, c stars, d ratio, e ratings
-- grain: one row a bucket with at least one case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a decided_n (cases): decided in the period
--     a rated_n (cases): of these, with an active rating: the first by the applicant, not set by default
--     a rated_rate (ratio of rated_n / decided_n): 参评率, null when nothing was decided
--     b satisfied_n (cases): of rated_n, 3 stars or more
--     b satisfied_rate (ratio of satisfied_n / rated_n): 满意率, null when nobody rated
--     b bad_n (cases): 差评, of rated_n, 2 stars or 1
--     c mean_stars (stars): mean of the active ratings, 5 is best; null when nobody rated
--     d default_n (cases): of decided_n, rated by default and by nobody
--     d default_rate (ratio of default_n / decided_n): default_n / decided_n
--     e by_agent_n (ratings): of cases of decided_n, given by the village agent; in no rate
--     e by_staff_device_n (ratings): the same from a device of the staff
--     e by_unknown_n (ratings): the same by somebody who is not known, defaults left out
--     e later_n (ratings): the same by the applicant after the active one
--     e excluded_n (ratings): the same left out by the decision on an appeal
-- rows: case_no
--     decided_n: marked
--     rated_n: marked where stars is not null
--     satisfied_n: marked where stars >= 3
--     bad_n: marked where stars <= 2
--     default_n: marked where is_by_default
-- rows: rating_id
--     by_agent_n: told where what = 'AGENT'
--     by_staff_device_n: told where what = 'STAFF_DEVICE'
--     by_unknown_n: told where what = 'UNKNOWN'
--     later_n: told where what = 'APPLICANT' and place > 1
--     excluded_n: told where what = 'EXCLUDED'
-- formula: a: cases with an active rating / CLO that was decided; b: active ratings of 3 stars or more / active
--     ratings; c: mean of the active ratings
-- caveat: b says nothing without a. Ratings set by the system because nobody rated are in no rate. A rating that is
--     appealed against counts until it is decided that it was mistaken or malicious. A rating lands after its
--     case, so a of the last days is low. NO_LIMIT cases are out.
-- source: domain §5
with decided as (
    select case_no, {bucket} as bucket
    from case_state
    where
        {decided}
),

given as (
    select
        case_no,
        stars,
        case
            when coalesce(is_default, false) then 'DEFAULT'
            when coalesce(appeal_state = 'EXCLUDED', false) then 'EXCLUDED'
            else coalesce(rater_kind, 'UNKNOWN')
        end as what,
        rated_at,
        rating_id
    from rating
    where rated_at <= now()
),

ranked as (
    select
        *,
        row_number() over (partition by case_no, what order by rated_at, rating_id) as place
    from given
),

rated as (
    select
        case_no,
        min(stars) filter (where what = 'APPLICANT' and place = 1) as stars,
        count(*) filter (where what = 'DEFAULT') as default_n,
        count(*) filter (where what = 'AGENT') as by_agent_n,
        count(*) filter (where what = 'STAFF_DEVICE') as by_staff_device_n,
        count(*) filter (where what = 'UNKNOWN') as by_unknown_n,
        count(*) filter (where what = 'APPLICANT' and place > 1) as later_n,
        count(*) filter (where what = 'EXCLUDED') as excluded_n,
        count(*) as rating_n
    from ranked
    group by case_no
),

marked as (
    select
        decided.case_no,
        decided.bucket,
        stars,
        coalesce(default_n > 0 and default_n = rating_n, false) as is_by_default,
        by_agent_n,
        by_staff_device_n,
        by_unknown_n,
        later_n,
        excluded_n
    from decided
    left join rated on rated.case_no = decided.case_no
),

told as (
    -- The ratings behind the counts of e.
    select ranked.rating_id, decided.case_no, decided.bucket, ranked.what, ranked.place, ranked.stars, ranked.rated_at
    from decided
    join ranked on ranked.case_no = decided.case_no
),

totals as (
    select
        {key} as bucket,
        count(*) as decided_n,
        count(stars) as rated_n,
        count(*) filter (where stars >= 3) as satisfied_n,
        count(*) filter (where stars <= 2) as bad_n,
        sum(stars) as stars,
        count(*) filter (where is_by_default) as default_n,
        coalesce(sum(by_agent_n), 0) as by_agent_n,
        coalesce(sum(by_staff_device_n), 0) as by_staff_device_n,
        coalesce(sum(by_unknown_n), 0) as by_unknown_n,
        coalesce(sum(later_n), 0) as later_n,
        coalesce(sum(excluded_n), 0) as excluded_n
    from marked
    {group}
),

final as (
    select
        bucket,
        decided_n,
        rated_n,
        cast(rated_n as double) / nullif(decided_n, 0) as rated_rate,
        satisfied_n,
        cast(satisfied_n as double) / nullif(rated_n, 0) as satisfied_rate,
        bad_n,
        cast(stars as double) / nullif(rated_n, 0) as mean_stars,
        default_n,
        cast(default_n as double) / nullif(decided_n, 0) as default_rate,
        by_agent_n,
        by_staff_device_n,
        by_unknown_n,
        later_n,
        excluded_n
    from totals
)

select * from final
