-- metric: M16 refusal_rate
-- title_zh: 不予受理率、不予率
-- title_en: Refused acceptance, refused decision
-- unit: a ratio, b ratio
-- grain: one row a bucket with at least one case accepted, not accepted, granted or refused in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a accepted_n (cases): ACC, day 0 of the clock in the period, deemed and corrected included
--     a not_accepted_n (cases): NOT_ACCEPT, refused acceptance in the period
--     a not_accepted_rate (ratio of not_accepted_n / accepted_n + not_accepted_n): 不予受理率, null when both are 0
--     b granted_n (cases): accepted cases decided in the period as GRANTED
--     b refused_n (cases): accepted cases decided in the period as REFUSED
--     b refused_rate (ratio of refused_n / granted_n + refused_n): 不予率, null when both are 0
-- rows: case_no
--     accepted_n: cases where is_accepted
--     not_accepted_n: cases where is_closed and not is_judged and close_result = 'REFUSED'
--     granted_n: cases where is_closed and is_judged and close_result = 'GRANTED'
--     refused_n: cases where is_closed and is_judged and close_result = 'REFUSED'
-- formula: a: NOT_ACCEPT / (ACC + NOT_ACCEPT); b: REFUSED / (GRANTED + REFUSED)
-- caveat: Two rates of two stages: a case that was not accepted is in a alone. One that was refused acceptance only
--     after it was deemed accepted is accepted in a and refused in b. A low rate can mean that people are turned
--     away before receipt; from 2 % on one province looks closer. NO_LIMIT cases are out.
-- source: domain §5, §4 point 1
with cases as (
    select
        case_no,
        {bucket} as bucket,
        started_on >= $from and started_on < $to and started_at <= now() and is_judged as is_accepted,
        closed_on >= $from and closed_on < $to and not is_open as is_closed,
        is_judged,
        close_result
    from case_state
    where not is_excluded and due_basis <> 'NO_LIMIT'
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_accepted) as accepted_n,
        count(*) filter (where is_closed and not is_judged and close_result = 'REFUSED') as not_accepted_n,
        count(*) filter (where is_closed and is_judged and close_result = 'GRANTED') as granted_n,
        count(*) filter (where is_closed and is_judged and close_result = 'REFUSED') as refused_n
    from cases
    where is_accepted or (is_closed and close_result in ('GRANTED', 'REFUSED'))
    {group}
),

final as (
    select
        bucket,
        accepted_n,
        not_accepted_n,
        cast(not_accepted_n as double) / nullif(accepted_n + not_accepted_n, 0) as not_accepted_rate,
        granted_n,
        refused_n,
        cast(refused_n as double) / nullif(granted_n + refused_n, 0) as refused_rate
    from totals
)

select * from final
