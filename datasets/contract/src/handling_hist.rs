use super::Kind::*;
use super::{Contract, MadeId, Role, may, must};

/// How long decided cases took (M10 a to e): one bucket for each tenth of a workday, the unit in which `case_state`
/// holds `used_days` (domain §4 point 13), and no last one for what is longer. So nothing is rounded, and means,
/// medians and percentiles from the sums over any cells are those from the cases. The same cases are there twice, by
/// village and by department and item: who sums takes one grain. Calendar days up to the delivery (M10 f to h) are
/// asked of the cases, since `case_state` does not hold deliveries. Rows are changes, as those of `village_day`.
pub static HANDLING_HIST: Contract = Contract {
    table: "handling_hist",
    grain: "one change to the cases of one handling time, in one month of one village, or of one department's item",
    key: &["grain", "month", "village_code", "org_code", "item_id", "is_instant", "used_days_tenths", "fold_version"],
    partition: &["part"],
    sort: &["grain", "month", "village_code", "org_code", "item_id", "is_instant", "used_days_tenths"],
    stats: &["grain", "month", "village_code", "org_code"],
    bloom: &[],
    standard: "domain §5 M10",
    role: Role::Derived,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("part", Text, "cold: compacted; hot: added since"),
        must("fold_version", Int, "number of the derive run").unit("no."),
        must("grain", Text, "VILLAGE, ORG_ITEM: what the row's cases have in common; each case is in one row of both")
            .one_of(&["VILLAGE", "ORG_ITEM"]),
        must("month", Date, "month of the closing: its first day, in the lake's zone"),
        may("village_code", Text, "of VILLAGE: village; null: the source names none"),
        may("org_code", Text, "of ORG_ITEM: department responsible for the decision; null: the source names none"),
        may("item_id", Text, "of ORG_ITEM: 事项; null: the source names none"),
        must("is_instant", Bool, "the limit is 0 (INSTANT), reported apart"),
        must("used_days_tenths", Int, "used_days: tenths of a workday").unit("tenths of WD"),
        must("n", Int, "cases with a clock that were decided in the month after so long").unit("cases"),
        must("zero_day", Int, "of these, decided before the first counted day began: used_wd is 0").unit("cases"),
    ],
};
