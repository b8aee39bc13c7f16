-- shared: what the marts have of the months from $from to before $until, and the cases in motion of the days from
-- $until to before $to, by village. A case whose acceptance is ahead is in the marts as if it had come: it is
-- taken out
ahead as (
    select
        *,
        due_basis <> 'NO_LIMIT' as has_clock,
        coalesce(limit_n <> 0, true) as is_not_instant,
        (closed_on >= $from and closed_on < $until and due_basis <> 'NO_LIMIT') as is_clocked_end
    from overlay.case_recent_standing
    where start_from > now()
),

motion as (
    select *, coalesce(limit_n <> 0, true) as is_not_instant
    from overlay.case_recent
    where not is_excluded
),

flow as (
    select
        village_code,
        sum(case when month >= $from then received else 0 end) as received,
        sum(case when month >= $from then accepted else 0 end) as accepted,
        sum(case when month >= $from then closed else 0 end) as closed,
        sum(case when month >= $from then due else 0 end) as due,
        sum(case when month >= $from then due_on_time else 0 end) as due_on_time,
        sum(case when month >= $from then clo_not_instant else 0 end) as clo_not_instant,
        sum(case when month >= $from then clo_early else 0 end) as clo_early,
        sum(case when month >= $from then supervised else supervised - supervised_ended end) as supervised
    from lake.village_item_month
    where month < $until
    group by village_code
    union all
    select
        village_code,
        count(*) filter (where received_at::date >= $until and received_at::date < $to and received_at <= now()),
        count(*) filter (where started_on >= $until and started_on < $to and started_at <= now()),
        count(*) filter (where closed_on >= $until and closed_on < $to and not is_open and is_decided),
        count(*) filter (where is_judged and due_on >= $until and due_on < $to and due_at <= now()
            and (is_open or is_decided or closed_at > due_at)),
        count(*) filter (where is_judged and due_on >= $until and due_on < $to and due_at <= now()
            and not is_open and is_decided and closed_at <= due_at),
        count(*) filter (where is_judged and closed_on >= $until and closed_on < $to and not is_open
            and (is_decided or closed_at > due_at) and is_not_instant),
        count(*) filter (where is_judged and closed_on >= $until and closed_on < $to and not is_open
            and (is_decided or closed_at > due_at) and is_not_instant and closed_on < due_on),
        count(*) filter (where is_judged and started_on >= $until and started_on < $to)
    from motion
    group by village_code
    union all
    select
        village_code,
        0,
        -count(*) filter (where started_on >= $from and started_on < $until),
        0,
        -count(*) filter (where has_clock and due_on >= $from and due_on < $until
            and (closed_on is null or is_decided or closed_at > due_at)),
        -count(*) filter (where has_clock and due_on >= $from and due_on < $until
            and is_decided and closed_at <= due_at),
        -count(*) filter (where is_clocked_end and (is_decided or closed_at > due_at) and is_not_instant),
        -count(*) filter (where is_clocked_end and (is_decided or closed_at > due_at) and is_not_instant
            and closed_on < due_on),
        count(*) filter (where has_clock and started_on < $from and closed_on < $from)
            - count(*) filter (where has_clock and started_on < $until)
    from ahead
    group by village_code
),

timed as (
    select village_code, cast(used_days_tenths as double) as used_tenths, sum(n) as n
    from lake.handling_hist
    where grain = 'VILLAGE' and not is_instant and month >= $from and month < $until
    group by village_code, used_days_tenths
    union all
    select village_code, cast(used_days_tenths as double), count(*)
    from motion
    where closed_on >= $until
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
        and is_not_instant
        and used_days_tenths is not null
    group by village_code, used_days_tenths
    union all
    select village_code, cast(used_days_tenths as double), -count(*)
    from ahead
    where is_clocked_end and is_decided and is_not_instant and used_days_tenths is not null
    group by village_code, used_days_tenths
)
