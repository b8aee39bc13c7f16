-- metric: M15 one_notice_rate
-- title_zh: 一次性告知率
-- title_en: All corrections told at once
-- unit: a ratio, b cases, c cases
-- grain: one row a bucket with at least one corrected case accepted or ended in the period, or one returned or taken
--     in again in it; without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a corrected_n (cases): accepted in the period, or ended in it without acceptance, with a notice to correct
--     a once_n (cases): of these, with exactly one notice
--     a one_notice_rate (ratio of once_n / corrected_n): null when there are none
--     b returned_n (cases): returned to the applicant in the period, with a notice or without
--     c resubmitted_n (cases): 重新申报, received in the period, after the same was given back within resubmit_days (10)
--     c resubmitted_near_limit_n (cases): of these, the one before was near its limit or past it when it ended (R11)
-- rows: case_no
--     corrected_n: counted where is_corrected
--     once_n: counted where is_once
--     returned_n: counted where is_returned
--     resubmitted_n: counted where is_again
--     resubmitted_near_limit_n: counted where is_near_again
-- formula: corrected cases accepted or ended in the period with exactly 1 notice / corrected cases accepted or ended
--     in the period; a case counts once, by its acceptance if it ever was accepted
-- caveat: Notices given orally are invisible: show b beside it. A notice after acceptance counts as a further one,
--     and may change a past period. Taken in again (R10, R11) is a case whose applicant, as the hash tells, had one
--     of the item RETURNED or VOIDED fewer than so many natural days before; who applied for what has to be known.
--     A lead, no verdict. NO_LIMIT cases are out.
-- source: domain §5 (M01, M15), §8 (R10, R11)
with {numbers},

notices as (
    select case_no, count(*) as notice_n
    from workflow_event
    where event_type = 'CORRECTION_NOTICE' and occurred_at <= now()
    group by case_no
),

again_within as (
    select max(value) filter (where key = 'resubmit_days') as days
    from parameter
),

coming as (
    -- Who came with what in the period, and what had been given back.
    select
        case_no as of_case,
        applicant_hash,
        item_id as of_item,
        received_at,
        closed_at,
        not is_open and close_result in ('RETURNED', 'VOIDED') as is_back,
        coalesce(yellow_at <= closed_at, false) as is_near
    from case_state
    join (select case_no as registered_no, applicant_hash from workflow_case) on registered_no = case_state.case_no
    where
        not is_excluded
        and due_basis <> 'NO_LIMIT'
        and item_id is not null
        and applicant_hash is not null
        and (
            (not is_open and close_result in ('RETURNED', 'VOIDED') and closed_on < $to)
            or (received_at::date >= $from and received_at::date < $to and received_at <= now())
        )
),

moment as (
    select
        of_case,
        applicant_hash,
        of_item,
        is_near,
        what,
        case when what = 'IN' then received_at else closed_at end as happened_at
    from coming
    cross join (values ('IN'), ('BACK')) as t(what)
    where what = 'IN' or is_back
),

spaced as (
    -- Each with the last one given back before it, and the last of those that were near their limit then.
    select
        of_case,
        what,
        happened_at,
        max(case when what = 'BACK' then happened_at end) over (
            partition by applicant_hash, of_item order by happened_at, what desc
            rows between unbounded preceding and current row
        ) as back_at,
        max(case when what = 'BACK' and is_near then happened_at end) over (
            partition by applicant_hash, of_item order by happened_at, what desc
            rows between unbounded preceding and current row
        ) as near_at
    from moment
),

again as (
    select
        of_case,
        coalesce(happened_at::date - near_at::date < days, false) as is_near
    from spaced
    cross join again_within
    where
        what = 'IN'
        and happened_at::date >= $from
        and happened_at::date < $to
        and happened_at::date - back_at::date < days
),

cases as (
    select
        case_no,
        {bucket} as bucket,
        coalesce(
            (started_on >= $from and started_on < $to and started_at <= now())
            or (started_at is null and not is_open and closed_on >= $from and closed_on < $to),
            false
        ) as is_settled,
        coalesce(
            not is_open and close_result = 'RETURNED' and closed_on >= $from and closed_on < $to, false
        ) as is_returned
    from case_state
    where not is_excluded and due_basis <> 'NO_LIMIT'
),

counted as (
    select
        cases.case_no,
        cases.bucket,
        is_returned,
        is_settled and notice_n is not null as is_corrected,
        is_settled and coalesce(notice_n = 1, false) as is_once,
        again.of_case is not null as is_again,
        coalesce(again.is_near, false) as is_near_again
    from cases
    left join notices on notices.case_no = cases.case_no
    left join again on again.of_case = cases.case_no
    where is_returned or (is_settled and notice_n is not null) or again.of_case is not null
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_corrected) as corrected_n,
        count(*) filter (where is_once) as once_n,
        count(*) filter (where is_returned) as returned_n,
        count(*) filter (where is_again) as resubmitted_n,
        count(*) filter (where is_near_again) as resubmitted_near_limit_n
    from counted
    {group}
),

final as (
    select
        bucket,
        corrected_n,
        once_n,
        cast(once_n as double) / nullif(corrected_n, 0) as one_notice_rate,
        returned_n,
        case when days is not null then resubmitted_n end as resubmitted_n,
        case when days is not null then resubmitted_near_limit_n end as resubmitted_near_limit_n
    from totals
    cross join again_within
)

select * from final
