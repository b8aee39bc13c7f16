-- metric: M32 agent_load
-- title_zh: 代办员负荷
-- title_en: Load of the village agents
-- unit: a cases per agent-workday, b ratio, c village-workdays, d cases
-- grain: one row a bucket with at least one village of the editions of the period or case accepted in it;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- breakdowns: all, village, township, county, day, month, quarter, year
-- columns:
--     bucket (code): village where the case was taken in, or what that lies in; null where the source names none
--     a accepted_n (cases): accepted in the period and by as_of on a day on which the village had an active agent
--     a agent_days (village-workdays): workdays of the region on which a village had an active agent, to as_of
--     a per_agent_day (cases per agent-workday): accepted_n / agent_days; null when there were none
--     b villages_n (villages): with an active agent on at least one workday
--     b top_tenth_share (ratio): share in accepted_n of the busiest tenth of villages_n; null under 10 villages
--     c unstaffed_days (village-workdays): of villages of the edition of each day, workdays without an active agent
--     d unstaffed_n (cases): accepted on days without an active agent, or in a village that is not told; not in a
-- rows: case_no
--     accepted_n: taken where is_staffed
--     unstaffed_n: taken where not is_staffed
-- rows: of_village
--     villages_n: ranked where agent_days > 0
-- formula: cases accepted in the period / workdays of the region on which the village had an active agent
-- caveat: A village and day counts once, however many agents it had. A substitute's cases count where they were
--     handled: so by village, not by the person. An agent whose status is not told is active; ON_LEAVE and LEFT
--     are not, from the day their version is in force. A case accepted on a day off counts, the day does not. A
--     village without cases is in b with 0, and a tenth is rounded up. Days outside the known calendar are no
--     days here. NO_LIMIT cases are out.
-- source: domain §5
with day as (
    select date as day_on, is_workday
    from calendar_day
    where
        region = (select max(value) from lake_meta where key = 'region')
        and date::date >= $from
        and date::date < $to
        and date <= now()::date
),

version as (
    select
        village_code,
        status,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by agent_id order by version) as next_from
    from agent
),

covered as (
    -- The villages of the editions of the period, each with the days on which it was one.
    select village_code, first_day, end_day
    from village_edition
    where first_day::date < $to and (end_day is null or end_day::date > $from)
),

staffed as (
    select distinct
        village_code as staffed_code,
        day_on as staffed_on,
        is_workday
    from day
    join version
        on day_on >= valid_from
        and (valid_to is null or day_on < valid_to)
        and (next_from is null or day_on < next_from)
    where coalesce(status, 'ACTIVE') = 'ACTIVE'
),

accepted as (
    select
        case_no,
        {place},
        started_on,
        staffed_code is not null as is_staffed
    from case_state
    left join staffed on staffed_code = village_code and staffed_on = started_on
    where is_judged and started_on >= $from and started_on < $to and started_at <= now()
),

taken as (
    -- The cases behind accepted_n and unstaffed_n.
    select
        case_no,
        {bucket} as bucket,
        started_on,
        is_staffed
    from accepted
),

counted as (
    select
        staffed_code as village_code,
        1 as agent_days,
        0 as unstaffed_days,
        0 as accepted,
        0 as unstaffed
    from staffed
    where is_workday
    union all
    select village_code, 0, 1, 0, 0
    from covered
    join day on day_on >= first_day and (end_day is null or day_on < end_day)
    left anti join staffed on staffed_code = village_code and staffed_on = day_on
    where is_workday
    union all
    select
        village_code,
        0,
        0,
        case when is_staffed then 1 else 0 end,
        case when is_staffed then 0 else 1 end
    from accepted
),

load as (
    select
        {place},
        sum(agent_days) as agent_days,
        sum(unstaffed_days) as unstaffed_days,
        sum(accepted) as accepted,
        sum(unstaffed) as unstaffed
    from counted
    group by village_code
),

bucketed as (
    select
        {bucket} as bucket,
        village_code as of_village,
        agent_days,
        unstaffed_days,
        accepted,
        unstaffed
    from load
),

ranked as (
    select
        bucketed.*,
        row_number() over (partition by bucket order by agent_days > 0 desc, accepted desc, of_village) as place,
        count(*) filter (where agent_days > 0) over (partition by bucket) as villages
    from bucketed
),

totals as (
    select
        {key} as bucket,
        coalesce(sum(accepted), 0) as accepted_n,
        coalesce(sum(agent_days), 0) as agent_days,
        count(*) filter (where agent_days > 0) as villages_n,
        sum(accepted) filter (where villages >= 10 and place <= (villages + 9) / 10) as top_accepted,
        coalesce(sum(unstaffed_days), 0) as unstaffed_days,
        coalesce(sum(unstaffed), 0) as unstaffed_n
    from ranked
    {group}
),

final as (
    select
        bucket,
        accepted_n,
        agent_days,
        cast(accepted_n as double) / nullif(agent_days, 0) as per_agent_day,
        villages_n,
        cast(top_accepted as double) / nullif(accepted_n, 0) as top_tenth_share,
        unstaffed_days,
        unstaffed_n
    from totals
)

select * from final
