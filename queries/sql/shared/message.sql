-- shared: messages with the day by which they have to be answered: as told, else by the limit as told, else by
-- the limit of their kind that was in force when they were sent; an hour's limit without a due time leaves it unknown
reply_limit as (
    select
        key,
        cast(cast(value as double) as bigint) as days,
        valid_from,
        lead(valid_from) over (partition by key order by valid_from) as valid_to
    from metric_parameter
    where key like 'reply_limit_wd.%'
),

message as (
    select
        msg_id,
        {place},
        assigned_org as org_code,
        kind,
        -- what a breakdown by kind goes by
        kind as case_kind,
        posted_at::date as posted_on,
        posted_at,
        ended_at,
        reply_due_at,
        case
            when reply_due_at is not null then reply_due_at::date
            when reply_limit is null then add_workdays(posted_at::date, reply_limit.days)
            when reply_unit = 'WD' then add_workdays(posted_at::date, reply_limit)
            when reply_unit = 'CD' then posted_at::date + reply_limit
        end as reply_due_on
    from feedback_message
    left join reply_limit
        on reply_limit.key = 'reply_limit_wd.' || kind
        and posted_at::date >= reply_limit.valid_from
        and (reply_limit.valid_to is null or posted_at::date < reply_limit.valid_to)
    where posted_at <= now()
)
