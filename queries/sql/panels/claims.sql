-- The claims of the report of 2018-09-13 (domain §0), each beside the figure that speaks of the same thing. What the
-- figure is the metric says: a claim is in no figure, and no figure is made to fit a claim. C3 is a rule (sla_policy)
-- and no number. As of the last day before $to (date).
with in_force as (
    select key, value, source
    from (
        select *, row_number() over (partition by key order by valid_from desc) as place
        from metric_parameter
        where valid_from::date < $to
    )
    where place = 1
),

named as (
    select *
    from (values
        (1, 'C1', 'claim_villages', 'villages', 'M25', 'villages_n', 'the region edition of the day'),
        (2, 'C2', 'claim_items', 'items', 'M11', 'item_n', 'items in force at the end of the period'),
        (3, 'C2', 'power_list_powers', 'powers a village', 'M25', 'counts_match_n', 'villages with these in 14 areas'),
        (4, 'C2', 'power_list_areas', 'areas a village', 'M25', 'consistent_n', 'those with all flowcharts'),
        (5, 'C4', 'claim_time_cut', 'ratio', 'M07', 'promise_cut', 'first meaning: promised against the statute'),
        (6, 'C4', 'claim_time_cut', 'ratio', 'M08', 'actual_speedup', 'second meaning: used against the statute'),
        (7, 'C4', 'claim_time_cut', 'ratio', 'M09', 'vs_baseline_cut', 'third meaning, that of the report'),
        (8, 'C5', 'saving_per_case', 'yuan a case', null, null, 'a parameter of M31; no record measures it'),
        (9, 'C5', 'claim_cases_per_village', 'cases a village and year', 'M01', 'received_n', 'of all villages'),
        (10, 'C5', 'claim_saved_per_village', 'yuan a village and year', 'M31', 'saved_yuan', 'estimate, all villages'),
        (11, 'C6', 'claim_sales_growth', 'ratio', 'M28', 'gmv_yoy', 'all sellers; the claim is of one association'),
        (12, 'C7', 'claim_policies', 'policies', null, null, 'stand in policy_item; no metric counts them'),
        (13, 'C7', 'claim_disclosed_share', 'ratio', 'M22', 'disclosure_rate', 'obligations due in the period')
    ) as t(place, claim, parameter, unit, metric, figure, note)
),

final as (
    select
        claim,
        parameter,
        cast(value as double) as claimed,
        unit,
        source,
        metric,
        figure,
        note,
        place
    from named
    left join in_force on in_force.key = parameter
)

select * exclude (place)
from final
order by place
