-- shared: obligations due in the period and by as_of, those that were approved as not applicable among them, and
-- what was published for each. until_on is the first day on which it may be gone: so many days after it was first
-- shown, or when the next one of the village and item was; null: it has to stand still
publication as (
    select
        pub_id,
        obligation_id,
        published_at,
        published_at::date as published_on,
        case when withdrawn_at <= now() then withdrawn_at::date end as withdrawn_on,
        required_fields_total,
        required_fields_filled
    from disclosure_publication
    where published_at <= now() and obligation_id is not null
),

shown as (
    select obligation_id, min(published_at) as first_at
    from publication
    group by obligation_id
),

dated as (
    select
        obligation.*,
        shown.first_at,
        min(shown.first_at) over (
            partition by obligation.village_code, obligation.catalogue_item
            order by obligation.due_at, obligation.obligation_id
            rows between 1 following and unbounded following
        ) as next_at
    from disclosure_obligation as obligation
    left join shown on shown.obligation_id = obligation.obligation_id
),

obligation as (
    select
        obligation_id,
        {place},
        due_at,
        due_at::date as due_on,
        first_at,
        first_at::date as first_on,
        on_display_days,
        next_at::date as next_on,
        case when on_display_days is null then next_at::date else first_at::date + on_display_days end as until_on,
        coalesce(trim(not_applicable_reason), '') <> '' as has_reason,
        (
            coalesce(trim(not_applicable_reason), '') <> ''
            and approver_id is not null
            and coalesce(approved_at <= now(), false)
        ) as is_not_applicable
    from dated
    where due_at::date >= $from and due_at::date < $to and due_at <= now()
),

standing as (
    select
        obligation.obligation_id,
        bool_or(withdrawn_on is null or coalesce(withdrawn_on >= until_on, false)) as is_standing
    from obligation
    join publication on publication.obligation_id = obligation.obligation_id
    group by obligation.obligation_id
)
