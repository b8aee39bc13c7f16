-- shared: the counts of the village table, from the cases
cases as (
    select
        {level}_code as code,
        is_judged,
        -- Null where an instant is not known, which no count takes for true.
        received_at::date >= $from and received_at::date < $to and received_at <= now() as is_received,
        started_on >= $from and started_on < $to and started_at <= now() as is_accepted,
        closed_on >= $from and closed_on < $to and not is_open and is_decided as is_closed,
        (
            due_on >= $from
            and due_on < $to
            and due_at <= now()
            and is_judged
            and (is_open or is_decided or closed_at > due_at)
        ) as is_due,
        not is_open and is_decided and closed_at <= due_at as is_on_time,
        ({supervised}) as is_supervised,
        case when coalesce(limit_n <> 0, true) then cast(used_days_tenths as double) end as used_tenths
    from case_state
    where not is_excluded
),

case_totals as (
    select
        code,
        count(*) filter (where is_received) as received,
        count(*) filter (where is_accepted) as accepted,
        count(*) filter (where is_closed) as closed,
        count(*) filter (where is_due) as due_n,
        count(*) filter (where is_due and is_on_time) as due_on_time_n,
        count(*) filter (where is_supervised) as supervised,
        percentile_cont(0.5) within group (
            order by case when is_judged and is_closed then used_tenths end
        ) as median_tenths
    from cases
    where is_accepted or is_closed or is_due or is_supervised or is_received
    group by code
)
