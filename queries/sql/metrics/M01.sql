-- metric: M01 case_volume
-- title_zh: 办件量
-- title_en: Case volume
-- unit: a cases, b cases, c cases, d cases, e ratio
-- grain: one row a bucket with at least one case of any series in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a received_n (cases): 收件, received in the period
--     b accepted_n (cases): 受理, day 0 of the clock in the period, deemed and corrected included
--     c closed_n (cases): 办结, decided in the period (GRANTED, REFUSED; TRANSFERRED for ESCALATED)
--     d ended_n (cases): ended in the period without a decision
--     e closed_per_accepted (ratio): 办结率, closed_n / accepted_n; null when nothing was accepted
-- rows: case_no
--     received_n: cases where is_received
--     accepted_n: cases where is_accepted
--     closed_n: cases where is_ended and is_decided
--     ended_n: cases where is_ended and not is_decided
-- formula: count of cases by the day of receipt, of acceptance and of closing; each case once a series
-- caveat: Never mix the series: e may exceed 1 in a period. A case refused before acceptance is in a
--     and c, not in b. A case taken in again after RETURNED is a new case; M15c tells how
--     many, show it beside a. Receipt unknown: not in a. NO_LIMIT cases are in this metric only.
-- source: domain §5
with cases as (
    select
        case_no,
        {bucket} as bucket,
        -- Null where an instant is not known, which no count takes for true.
        received_at::date >= $from and received_at::date < $to and received_at <= now() as is_received,
        started_on >= $from and started_on < $to and started_at <= now() as is_accepted,
        closed_on >= $from and closed_on < $to and not is_open as is_ended,
        is_decided
    from case_state
    where not is_excluded
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_received) as received_n,
        count(*) filter (where is_accepted) as accepted_n,
        count(*) filter (where is_ended and is_decided) as closed_n,
        count(*) filter (where is_ended and not is_decided) as ended_n
    from cases
    where is_received or is_accepted or is_ended
    {group}
),

final as (
    select
        bucket,
        received_n,
        accepted_n,
        closed_n,
        ended_n,
        cast(closed_n as double) / nullif(accepted_n, 0) as closed_per_accepted
    from totals
)

select * from final
