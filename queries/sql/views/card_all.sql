-- view: lake card of every policy, issued or ahead, with what has become of each by the session's as-of
-- grain: one card
-- columns:
--     state: ISSUED, FORECAST, UNCONFIRMED, SUPERSEDED, LAPSED, CANCELLED at the as-of
--     is_net: whether it counts as net (domain §3)
--     is_open: whether it stands and its case is not over
with standing as (
    select cold.*
    from lake.card as cold
    left anti join overlay.hidden as hidden
        on hidden.case_no = cold.case_no and hidden.fold_version <> cold.fold_version
    where cold.part = 'cold'
    union all by name
    select * from overlay.card
),

marked as (
    select
        standing.* exclude (part, fold_version, engine_version),
        case
            when issued_at > now() then 'FORECAST'
            when cancelled_at <= now() then 'CANCELLED'
            when source.watermark is null or condition_at > source.watermark then 'UNCONFIRMED'
            when lapsed_at <= now() then 'LAPSED'
            when superseded_at <= now() then 'SUPERSEDED'
            else 'ISSUED'
        end as state
    from standing
    left join source_status as source on source.source_system = standing.source_system
),

final as (
    select
        *,
        state not in ('CANCELLED', 'UNCONFIRMED', 'FORECAST') as is_net,
        (state = 'ISSUED' and (object_ended_at is null or object_ended_at > now())) as is_open
    from marked
)

select * from final
