-- panel: card_days
-- grain: one day; the row without a day is the stock open before $from
-- key: day
-- unit: cases
-- params: $region text pattern of village codes, $from, $to dates, $from_at, $to_at the instants at
--     which these days begin, half open
-- caveat: M06 by day: cases with a net CASE card whose condition_at is in the day; what was
--     supervised on a day is the stock before it, less what ended before it, plus what started
--     up to and on it; cases without a limit are left out (domain §5)
with cases as (
    select
        started_on,
        case when closed_on < started_on then started_on else closed_on end as ended_on
    from case_state
    where is_judged
        and started_on is not null
        and coalesce(village_code, '') like $region
),

stock as (
    select cast(null as date) as day, count(*) as started, 0 as ended, 0 as yellow, 0 as red
    from cases
    where started_on < $from and (ended_on is null or ended_on >= $from)
),

started as (
    select started_on as day, count(*) as started, 0 as ended, 0 as yellow, 0 as red
    from cases
    where started_on >= $from and started_on < $to
    group by started_on
),

ended as (
    select ended_on as day, 0 as started, count(*) as ended, 0 as yellow, 0 as red
    from cases
    where ended_on >= $from and ended_on < $to
    group by ended_on
),

net_cards as (
    select cast(condition_at as date) as day, case_no, level
    from card
    where object_type = 'CASE'
        and is_net
        and state <> 'UNCONFIRMED'
        and condition_at >= $from_at
        and condition_at < $to_at
        and coalesce(village_code, '') like $region
),

carded as (
    select
        day,
        0 as started,
        0 as ended,
        count(distinct case when level = 'YELLOW' then case_no end) as yellow,
        count(distinct case when level = 'RED' then case_no end) as red
    from net_cards
    group by day
),

parts as (
    select * from stock
    union all
    select * from started
    union all
    select * from ended
    union all
    select * from carded
),

final as (
    select day, sum(started) as started, sum(ended) as ended, sum(yellow) as yellow, sum(red) as red
    from parts
    group by day
)

select * from final
