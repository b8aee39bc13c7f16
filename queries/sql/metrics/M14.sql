-- metric: M14 accept_in_time
-- title_zh: 限时受理率
-- title_en: Answered in time after receipt
-- unit: a ratio, b cases
-- grain: one row a bucket with at least one receipt whose time to answer ended in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a receipt_n (cases): receipts whose last workday to answer lay in the period and is over at as_of
--     a answered_n (cases): of these, accepted, refused or notified of a correction by then
--     a accept_in_time_rate (ratio of answered_n / receipt_n): null when no such day ended
--     b deemed_n (cases): of receipt_n, the rest: deemed accepted, since nobody answered
--     b ended_before_n (cases): not in receipt_n: withdrawn, returned or voided before they were answered
-- rows: case_no
--     receipt_n: judged where not is_ended_before
--     answered_n: judged where not is_ended_before and not is_deemed
--     deemed_n: judged where not is_ended_before and is_deemed
--     ended_before_n: judged where is_ended_before
-- formula: receipts accepted, refused or notified by the end of the last workday to answer / receipts whose last
--     workday to answer ended in the period; as many workdays as the official policy of the day of receipt says
--     (accept_within_wd, 5 in BEIHAI_2)
-- caveat: By the clock's own judgement: a late entry that would help takes effect when it was recorded. Newer
--     receipts are not in it yet. Cases without a receipt have no time to answer; NO_LIMIT cases are out. An answer
--     says nothing of those who were turned away before a receipt was given.
-- source: domain §5, §4 point 1
with policies as (
    select
        valid_from as from_on,
        lead(valid_from) over (order by valid_from, version) as until_on,
        row_number() over (order by valid_from, version) = 1 as is_first,
        cast(regexp_match(body, '"accept_within_wd"\s*:\s*([0-9]+)')[1] as bigint) as accept_wd
    from sla_policy
    where official and region = (select value from lake_meta where key = 'region')
),

told as (
    select
        case_no,
        min(occurred_at) filter (where event_type = 'RECEIVE') as told_received_at,
        min(occurred_at) filter (where event_type = 'CORRECTION_NOTICE') as noticed_at
    from workflow_event
    where event_type in ('RECEIVE', 'CORRECTION_NOTICE') and occurred_at <= now()
    group by case_no
),

received as (
    select
        case_no,
        {bucket} as bucket,
        add_workdays(received_at::date, accept_wd) as last_on,
        start_kind,
        start_from,
        closed_on,
        is_open,
        is_decided
    from case_state
    join policies
        on (is_first or received_at::date >= from_on) and (until_on is null or received_at::date < until_on)
    where not is_excluded and due_basis <> 'NO_LIMIT'
),

judged as (
    select
        received.case_no,
        received.bucket,
        coalesce(start_kind = 'DEEMED' and start_from <= now(), false) as is_deemed,
        not is_open
        and not is_decided
        and closed_on <= last_on
        and (start_from is null or start_from::date > closed_on)
        and (noticed_at is null or noticed_at::date > closed_on) as is_ended_before
    from received
    join told on told.case_no = received.case_no
    where
        told_received_at is not null
        and last_on >= $from
        and last_on < $to
        and last_on < now()::date
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where not is_ended_before) as receipt_n,
        count(*) filter (where not is_ended_before and is_deemed) as deemed_n,
        count(*) filter (where is_ended_before) as ended_before_n
    from judged
    {group}
),

final as (
    select
        bucket,
        receipt_n,
        receipt_n - deemed_n as answered_n,
        cast(receipt_n - deemed_n as double) / nullif(receipt_n, 0) as accept_in_time_rate,
        deemed_n,
        ended_before_n
    from totals
)

select * from final
