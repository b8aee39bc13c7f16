-- metric: M15 one_notice_rate
-- title_zh: 一次性告知率
-- title_en: All corrections told at once
-- unit: a ratio, b cases
-- grain: one row a bucket with at least one corrected case accepted or ended in the period, or one returned in it;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a corrected_n (cases): accepted in the period, or ended in it without acceptance, with a notice to correct
--     a once_n (cases): of these, with exactly one notice
--     a one_notice_rate (ratio of once_n / corrected_n): null when there are none
--     b returned_n (cases): returned to the applicant in the period, with a notice or without
-- rows: case_no
--     corrected_n: counted where is_corrected
--     once_n: counted where is_once
--     returned_n: counted where is_returned
-- formula: corrected cases accepted or ended in the period with exactly 1 notice / corrected cases accepted or ended
--     in the period; a case counts once, by its acceptance if it ever was accepted
-- caveat: Notices given orally are invisible: show b beside it. A notice after acceptance counts as a further one,
--     and may change a past period. NO_LIMIT cases are out.
-- source: domain §5
with notices as (
    select case_no, count(*) as notice_n
    from workflow_event
    where event_type = 'CORRECTION_NOTICE' and occurred_at <= now()
    group by case_no
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
        is_settled and coalesce(notice_n = 1, false) as is_once
    from cases
    left join notices on notices.case_no = cases.case_no
    where is_returned or (is_settled and notice_n is not null)
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_corrected) as corrected_n,
        count(*) filter (where is_once) as once_n,
        count(*) filter (where is_returned) as returned_n
    from counted
    {group}
),

final as (
    select
        bucket,
        corrected_n,
        once_n,
        cast(once_n as double) / nullif(corrected_n, 0) as one_notice_rate,
        returned_n
    from totals
)

select * from final
