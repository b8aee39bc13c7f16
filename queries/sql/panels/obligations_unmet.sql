-- panel: obligations_unmet
-- grain: one obligation due in the period that is not met: never published by as_of, or taken down early
-- key: obligation_id
-- params: $region text pattern of village codes, $catalogue text ('' = any), $from, $to dates, half open
-- order: the longest due first
-- caveat: missing_n and taken_down_n of M22, one by one
with {disclosure},

gone as (
    select obligation_id, max(withdrawn_on) as withdrawn_on
    from publication
    group by obligation_id
),

reason as (
    select obligation_id, max(withdraw_reason) as withdraw_reason
    from disclosure_publication
    where withdrawn_at <= now()
    group by obligation_id
),

final as (
    select
        obligation.obligation_id,
        obligation.village_code,
        named.catalogue_item,
        named.period,
        obligation.due_on,
        case when first_at is null then 'MISSING' else 'TAKEN_DOWN' end as state,
        first_on,
        withdrawn_on,
        until_on,
        withdraw_reason
    from obligation
    join disclosure_obligation as named on named.obligation_id = obligation.obligation_id
    left join standing on standing.obligation_id = obligation.obligation_id
    left join gone on gone.obligation_id = obligation.obligation_id
    left join reason on reason.obligation_id = obligation.obligation_id
    where
        not is_not_applicable
        and not coalesce(is_standing, false)
        and coalesce(obligation.village_code, '') like $region
        and ($catalogue = '' or named.catalogue_item = $catalogue)
)

select * from final
order by due_on, village_code, catalogue_item, obligation_id
