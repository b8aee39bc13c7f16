-- metric: M18 rectification_rate
-- title_zh: 差评整改率、回访率
-- title_en: Bad ratings put right, raters called back
-- unit: a ratio, b ratio, c ratings
-- grain: one row a bucket with at least one bad rating to be put right in the period, or given in it;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none, or the case is not known
--     a due_n (ratings): 差评, 2 stars or 1, to be put right by a day in the period that is over at as_of
--     a rectified_n (ratings): of these, put right by then, and confirmed by the rater or followed up
--     a rectification_rate (ratio of rectified_n / due_n): 差评整改率, null when none was due
--     a claimed_n (ratings): of due_n, said to be put right by then by the rated office alone: not in rectified_n
--     b real_name_n (ratings): of due_n, given by somebody known by name
--     b called_back_n (ratings): of these, called back by as_of
--     b call_back_rate (ratio of called_back_n / real_name_n): 回访率, null when there are none
--     c without_due_n (ratings): bad ratings of the period that have no day by which to be put right: in no rate
--     c excluded_n (ratings): bad ratings due in the period and left out by the decision on an appeal
-- rows: rating_id
--     due_n: counted where what = 'DUE'
--     rectified_n: counted where what = 'DUE' and is_rectified
--     claimed_n: counted where what = 'DUE' and is_claimed
--     real_name_n: counted where what = 'DUE' and is_real_name
--     called_back_n: counted where what = 'DUE' and is_real_name and is_called_back
--     without_due_n: counted where what = 'WITHOUT_DUE'
--     excluded_n: counted where what = 'EXCLUDED'
-- formula: a: bad ratings with rectify_due_at in the period put right by it / those due; b: called back / real-name
--     bad ratings of a
-- caveat: Put right counts if a call back has followed the rating, or if the applicant gave a later rating of the
--     case of 3 stars or more; the office's own word does not. Ratings of every rater but defaults: what is due
--     is due whoever gave it. An appeal changes nothing before it is decided. Ratings of EXCLUDED cases are out.
-- source: domain §5
with given as (
    select
        rating.*,
        coalesce(is_default, false) as is_set,
        coalesce(appeal_state = 'EXCLUDED', false) as is_appealed
    from rating
    where rated_at <= now()
),

bad as (
    select
        rating_id,
        case_no,
        rated_at,
        rectify_due_at,
        is_appealed,
        coalesce(is_real_name, false) as is_real_name,
        coalesce(follow_up_at >= rated_at and follow_up_at <= now(), false) as is_called_back,
        coalesce(rectified_at <= rectify_due_at and rectified_at <= now(), false) as is_put_right,
        rectified_at
    from given
    where
        stars <= 2
        and not is_set
        and (
            (rectify_due_at::date >= $from and rectify_due_at::date < $to and rectify_due_at <= now())
            or (rectify_due_at is null and rated_at::date >= $from and rated_at::date < $to)
        )
),

confirmed as (
    -- Somebody who was dissatisfied and rates the case well afterwards.
    select distinct bad.rating_id
    from bad
    join given on given.case_no = bad.case_no
    where
        given.rater_kind = 'APPLICANT'
        and not given.is_set
        and given.stars >= 3
        and given.rated_at >= bad.rectified_at
),

cases as (
    select case_no, is_excluded, {bucket} as bucket
    from case_state
),

counted as (
    select
        bad.rating_id,
        bad.case_no,
        cases.bucket,
        case
            when rectify_due_at is null then 'WITHOUT_DUE'
            when is_appealed then 'EXCLUDED'
            else 'DUE'
        end as what,
        is_put_right and (is_called_back or confirmed.rating_id is not null) as is_rectified,
        is_put_right and not is_called_back and confirmed.rating_id is null as is_claimed,
        is_real_name,
        is_called_back
    from bad
    left join confirmed on confirmed.rating_id = bad.rating_id
    left join cases on cases.case_no = bad.case_no
    where not coalesce(is_excluded, false)
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where what = 'DUE') as due_n,
        count(*) filter (where what = 'DUE' and is_rectified) as rectified_n,
        count(*) filter (where what = 'DUE' and is_claimed) as claimed_n,
        count(*) filter (where what = 'DUE' and is_real_name) as real_name_n,
        count(*) filter (where what = 'DUE' and is_real_name and is_called_back) as called_back_n,
        count(*) filter (where what = 'WITHOUT_DUE') as without_due_n,
        count(*) filter (where what = 'EXCLUDED') as excluded_n
    from counted
    {group}
),

final as (
    select
        bucket,
        due_n,
        rectified_n,
        cast(rectified_n as double) / nullif(due_n, 0) as rectification_rate,
        claimed_n,
        real_name_n,
        called_back_n,
        cast(called_back_n as double) / nullif(real_name_n, 0) as call_back_rate,
        without_due_n,
        excluded_n
    from totals
)

select * from final
