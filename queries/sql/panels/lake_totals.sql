-- panel: lake_totals
-- grain: one row
-- unit: cases; cards issued; batches
-- caveat: cases and cards as of the session; batches_waiting have landed by now, whatever the as_of,
--     and states and cards do not stand on them yet
with states as (
    select count(*) as cases
    from case_state
    where not is_excluded
),

issued as (
    select count(*) as cards
    from card
),

landed as (
    select count(*) as batches_landed
    from ingest_batch
),

folded as (
    select count(*) as batches_folded
    from lake.folded_batch
),

final as (
    select cases, cards, batches_landed - batches_folded as batches_waiting
    from states
    cross join issued
    cross join landed
    cross join folded
)

select * from final
