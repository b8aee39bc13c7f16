-- metric: M06 card_rate
-- title_zh: 黄牌率、红牌率
-- title_en: Yellow and red card rate
-- unit: a per 1,000 cases, b per 1,000 cases, c per 1,000 cases, d per 1,000 cases
-- grain: one row a bucket with at least one case supervised in the period, or a card of one;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     supervised_n (cases): accepted in the period, or open at its start; the denominator of a to d
--     a yellow_net_n (cases): supervised cases with at least one net YELLOW in the period
--     a yellow_net_per_1000 (per 1,000 cases of yellow_net_n / supervised_n): 1,000 x yellow_net_n / supervised_n
--     b red_net_n (cases): supervised cases with at least one net RED in the period
--     b red_net_per_1000 (per 1,000 cases of red_net_n / supervised_n): 1,000 x red_net_n / supervised_n
--     c yellow_gross_n (cases): the same as a, revoked and cancelled cards included
--     c yellow_gross_per_1000 (per 1,000 cases of yellow_gross_n / supervised_n): 1,000 x yellow_gross_n / supervised_n
--     d red_gross_n (cases): the same as b, revoked and cancelled cards included
--     d red_gross_per_1000 (per 1,000 cases of red_gross_n / supervised_n): 1,000 x red_gross_n / supervised_n
-- rows: case_no
--     supervised_n: supervised
--     yellow_net_n: carded where level = 'YELLOW' and is_net
--     red_net_n: carded where level = 'RED' and is_net
--     yellow_gross_n: carded where level = 'YELLOW'
--     red_gross_n: carded where level = 'RED'
-- formula: supervised cases with a CASE card of the level and condition_at in the period / supervised
--     cases
-- caveat: A case with YELLOW and then RED is in a and in b: never add them. A case counts once a level,
--     however many cards it has. By organization a card counts for its responsible_org and a case for
--     its org_code, so the rate of an organization may exceed 1,000, and is null where it holds cards
--     of others only. UNCONFIRMED cards are in no count; STEP and other objects have their own.
--     Gross is every card issued: one that was cancelled because its case had ended just before the
--     period counts in c and d, though the case is not in supervised_n. A period after as_of is empty.
-- source: domain §5, §3 (gross, net)
with supervised as (
    select case_no, {bucket} as bucket
    from case_state
    where {supervised}
),

carded as (
    -- One row a case and level. Whoever has a net card was open at its condition_at, so is supervised.
    select
        {card_bucket} as bucket,
        case_no,
        level,
        bool_or(is_net) as is_net
    from {cards}
    where {carded}
    group by bucket, case_no, level
),

counted as (
    select bucket, 'SUPERVISED' as what, false as is_net from supervised
    union all
    select bucket, level as what, is_net from carded
),

totals as (
    select
        {key} as bucket,
        count(*) filter (where what = 'SUPERVISED') as supervised_n,
        count(*) filter (where what = 'YELLOW' and is_net) as yellow_net_n,
        count(*) filter (where what = 'RED' and is_net) as red_net_n,
        count(*) filter (where what = 'YELLOW') as yellow_gross_n,
        count(*) filter (where what = 'RED') as red_gross_n
    from counted
    {group}
),

final as (
    select
        bucket,
        supervised_n,
        yellow_net_n,
        1000.0 * yellow_net_n / nullif(supervised_n, 0) as yellow_net_per_1000,
        red_net_n,
        1000.0 * red_net_n / nullif(supervised_n, 0) as red_net_per_1000,
        yellow_gross_n,
        1000.0 * yellow_gross_n / nullif(supervised_n, 0) as yellow_gross_per_1000,
        red_gross_n,
        1000.0 * red_gross_n / nullif(supervised_n, 0) as red_gross_per_1000
    from totals
)

select * from final
