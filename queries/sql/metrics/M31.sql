-- metric: M31 saved_yuan
-- title_zh: 节省金额、次数、时间（估算）
-- title_en: Money, trips and hours saved (estimate)
-- unit: a yuan (estimate), b cases, c cases, d cases, e cases, f trips (estimate), g hours (estimate)
-- grain: one row a bucket with at least one case decided in the period;
--     without a breakdown always one row
-- key: bucket
-- params: $from date, $to date (exclusive)
-- columns:
--     bucket (code): what the row stands for; null where the source names none
--     a decided_n (cases): decided in the period
--     a eligible_n (cases): of these, taken in by the village, no visit recorded, and not in b to e
--     a saving_per_case (yuan): the parameter saving_per_case of the days of closing, their mean if it changed
--     a saved_yuan (yuan): an estimate: the sum of the parameter over eligible_n; null where it is not set
--     b repeated_n (cases): as eligible, but the applicant had one of the item decided in the 30 days before
--     c unknown_visits_n (cases): taken in by the village; how many visits they took is not known
--     d unknown_applicant_n (cases): as eligible, but who applied is not known, so whether it repeats is not
--     e visited_n (cases): taken in by the village, with a visit recorded
--     f trips_per_case (trips): the parameter saving_trips_per_case of the days of closing, their mean if it changed
--     f saved_trips (trips): an estimate: the sum of the parameter over eligible_n; null where it is not set
--     g hours_per_case (hours): the parameter saving_hours_per_case of the days of closing, their mean if it changed
--     g saved_hours (hours): an estimate: the sum of the parameter over eligible_n; null where it is not set
-- rows: case_no
--     decided_n: marked
--     eligible_n: marked where is_eligible
--     repeated_n: marked where is_repeated
--     unknown_visits_n: marked where is_unknown
--     unknown_applicant_n: marked where is_nobody
--     visited_n: marked where is_visited
-- formula: cases decided in the period that the village took in, that took no recorded visit beyond it, once an
--     applicant and item in 30 days, x saving_per_case, saving_trips_per_case, saving_hours_per_case
-- caveat: An estimate with parameters (200 yuan, claim C5; a trip and 4 hours, proposals), nothing that anybody
--     measured. No record says where a visit was made, so any visit counts as one beyond the village: a source that
--     counts the visit to the village itself makes the number too low, never too high. Cases with unknown visits
--     are not assumed to have none. Taken in by the village: the village agent handled it first. NO_LIMIT cases are
--     out.
-- source: domain §5; yuan [A], trips and hours [P]
with saving as (
    select
        key,
        cast(value as double) as value,
        valid_from,
        lead(valid_from) over (partition by key order by valid_from) as valid_to
    from metric_parameter
    where key in ('saving_per_case', 'saving_trips_per_case', 'saving_hours_per_case')
),

repeat_days as (
    select
        cast(cast(value as double) as bigint) as days,
        valid_from,
        lead(valid_from) over (order by valid_from) as valid_to
    from metric_parameter
    where key = 'saving_repeat_days'
),

decided as (
    select
        {bucket} as bucket,
        case_state.case_no,
        case_state.item_id as of_item,
        case_state.closed_at,
        case_state.closed_on,
        applicant_hash,
        visits_count,
        case_state.village_started_at is not null as is_of_village
    from case_state
    left join (
        select case_no as registered_no, applicant_hash, visits_count from workflow_case
    ) on registered_no = case_state.case_no
    where not is_open and is_decided and is_judged
),

told as (
    select
        decided.*,
        is_of_village and visits_count = 0 as is_candidate
    from decided
),

spaced as (
    select
        told.*,
        case
            when is_candidate then closed_on - lag(closed_on) over (
                partition by is_candidate, applicant_hash, of_item order by closed_at, case_no
            )
        end as days_since
    from told
),

marked as (
    select
        case_no,
        bucket,
        saving.value as yuan,
        of_trips.value as trips,
        of_hours.value as hours,
        is_of_village and visits_count is null as is_unknown,
        is_of_village and visits_count > 0 as is_visited,
        is_candidate and applicant_hash is null as is_nobody,
        is_candidate and applicant_hash is not null and coalesce(days_since <= repeat_days.days, false) as is_repeated,
        is_candidate
        and applicant_hash is not null
        and not coalesce(days_since <= repeat_days.days, false) as is_eligible
    from spaced
    left join saving
        on saving.key = 'saving_per_case'
        and spaced.closed_on >= saving.valid_from
        and (saving.valid_to is null or spaced.closed_on < saving.valid_to)
    left join saving as of_trips
        on of_trips.key = 'saving_trips_per_case'
        and spaced.closed_on >= of_trips.valid_from
        and (of_trips.valid_to is null or spaced.closed_on < of_trips.valid_to)
    left join saving as of_hours
        on of_hours.key = 'saving_hours_per_case'
        and spaced.closed_on >= of_hours.valid_from
        and (of_hours.valid_to is null or spaced.closed_on < of_hours.valid_to)
    left join repeat_days
        on spaced.closed_on >= repeat_days.valid_from
        and (repeat_days.valid_to is null or spaced.closed_on < repeat_days.valid_to)
    where closed_on >= $from and closed_on < $to
),

totals as (
    select
        {key} as bucket,
        count(*) as decided_n,
        count(*) filter (where is_eligible) as eligible_n,
        sum(yuan) filter (where is_eligible) as saved_yuan,
        count(yuan) filter (where is_eligible) as priced_n,
        count(*) filter (where is_repeated) as repeated_n,
        count(*) filter (where is_unknown) as unknown_visits_n,
        count(*) filter (where is_nobody) as unknown_applicant_n,
        count(*) filter (where is_visited) as visited_n,
        sum(trips) filter (where is_eligible) as saved_trips,
        count(trips) filter (where is_eligible) as with_trips_n,
        sum(hours) filter (where is_eligible) as saved_hours,
        count(hours) filter (where is_eligible) as with_hours_n
    from marked
    {group}
),

final as (
    select
        bucket,
        decided_n,
        eligible_n,
        saved_yuan / nullif(priced_n, 0) as saving_per_case,
        case when eligible_n = 0 then 0.0 when priced_n = eligible_n then saved_yuan end as saved_yuan,
        repeated_n,
        unknown_visits_n,
        unknown_applicant_n,
        visited_n,
        saved_trips / nullif(with_trips_n, 0) as trips_per_case,
        case when eligible_n = 0 then 0.0 when with_trips_n = eligible_n then saved_trips end as saved_trips,
        saved_hours / nullif(with_hours_n, 0) as hours_per_case,
        case when eligible_n = 0 then 0.0 when with_hours_n = eligible_n then saved_hours end as saved_hours
    from totals
)

select * from final
