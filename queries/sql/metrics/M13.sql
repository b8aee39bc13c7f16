-- metric: M13 online_rate
-- title_zh: 网上申报率、全程网办率
-- title_en: Applied online, handled online throughout
-- unit: a ratio, b ratio, c ratio, d cases, e ratio, f ratio
-- grain: one row a bucket with at least one case received or decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a received_n (cases): received in the period
--     a online_n (cases): of these, applied for by channel 2 (网上) and told not to be filed by the village agent
--     a online_rate (ratio of online_n / received_n): 网上申报率, null when nothing was received
--     b online_traced_n (cases): of online_n, those whose receipt or application names a device or network address
--     b online_traced_rate (ratio of online_traced_n / received_n): online_traced_n / received_n
--     c assisted_n (cases): of received_n, filed by the village agent, by whatever channel
--     c assisted_rate (ratio of assisted_n / received_n): 代办率
--     d mobile_n (cases): of received_n, applied for by channel 3 (移动) and told not to be filed by the agent
--     d unknown_n (cases): of received_n, the channel is not known, or whether the agent filed it
--     e decided_n (cases): decided in the period
--     e through_n (cases): of these, applied for online as in a, no visit, and the result handed over online
--     e through_rate (ratio of through_n / decided_n): 全程网办率, null when nothing was decided
--     f through_unknown_n (cases): of decided_n, applied for online, but visits or handing over are not known
--     f through_unknown_rate (ratio of through_unknown_n / decided_n): through_unknown_n / decided_n
-- rows: case_no
--     received_n: told where is_received
--     online_n: told where is_received and is_online
--     online_traced_n: told where is_received and is_online and is_traced
--     assisted_n: told where is_received and is_assisted
--     mobile_n: told where is_received and is_mobile
--     unknown_n: told where is_received and is_unknown
--     decided_n: told where is_decided
--     through_n: told where is_decided and is_online and is_through
--     through_unknown_n: told where is_decided and is_online and may_be_through and not is_through
-- formula: a: online and not agent-assisted / received; e: online, no visit, delivered online / CLO that was decided
-- caveat: Whatever is not known counts as not online. Platforms are known to report all cases as online: a without
--     b is a claim. Filing by the village agent is a share of its own, never online. Mobile is shown apart. No
--     record says of a step where it was taken: that the applicant came for none of them stands for it in e.
--     NO_LIMIT cases are out.
-- source: domain §5
with cases as (
    select
        case_no,
        {bucket} as bucket,
        coalesce(received_at::date >= $from and received_at::date < $to and received_at <= now(), false) as is_received,
        coalesce(closed_on >= $from and closed_on < $to and not is_open and is_decided and is_judged, false)
            as is_decided
    from case_state
    where not is_excluded and due_basis <> 'NO_LIMIT'
),

traced as (
    select distinct case_no
    from workflow_event
    where
        event_type in ('APPLY', 'RECEIVE')
        and occurred_at <= now()
        and (device_id is not null or ip_hash is not null)
),

told as (
    select
        cases.case_no,
        cases.bucket,
        cases.is_received,
        cases.is_decided,
        traced.case_no is not null as is_traced,
        coalesce(apply_channel = '2' and not is_agent_assisted, false) as is_online,
        coalesce(apply_channel = '3' and not is_agent_assisted, false) as is_mobile,
        coalesce(is_agent_assisted, false) as is_assisted,
        apply_channel is null or is_agent_assisted is null as is_unknown,
        coalesce(visits_count = 0 and delivery_mode = 'ONLINE', false) as is_through,
        coalesce(visits_count, 0) = 0 and coalesce(delivery_mode, 'ONLINE') = 'ONLINE' as may_be_through
    from cases
    left join workflow_case on workflow_case.case_no = cases.case_no
    left join traced on traced.case_no = cases.case_no
    where cases.is_received or cases.is_decided
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where is_received) as received_n,
        count(*) filter (where is_received and is_online) as online_n,
        count(*) filter (where is_received and is_online and is_traced) as online_traced_n,
        count(*) filter (where is_received and is_assisted) as assisted_n,
        count(*) filter (where is_received and is_mobile) as mobile_n,
        count(*) filter (where is_received and is_unknown) as unknown_n,
        count(*) filter (where is_decided) as decided_n,
        count(*) filter (where is_decided and is_online and is_through) as through_n,
        count(*) filter (where is_decided and is_online and may_be_through and not is_through) as through_unknown_n
    from told
    {group}
),

final as (
    select
        bucket,
        received_n,
        online_n,
        cast(online_n as double) / nullif(received_n, 0) as online_rate,
        online_traced_n,
        cast(online_traced_n as double) / nullif(received_n, 0) as online_traced_rate,
        assisted_n,
        cast(assisted_n as double) / nullif(received_n, 0) as assisted_rate,
        mobile_n,
        unknown_n,
        decided_n,
        through_n,
        cast(through_n as double) / nullif(decided_n, 0) as through_rate,
        through_unknown_n,
        cast(through_unknown_n as double) / nullif(decided_n, 0) as through_unknown_rate
    from totals
)

select * from final
