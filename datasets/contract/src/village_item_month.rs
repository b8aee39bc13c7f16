use super::Kind::*;
use super::flows::with_flows;
use super::{Contract, MadeId, Role, may, must};

/// Additive measures per village, item and month. Rows are changes, as those of `village_day`.
pub static VILLAGE_ITEM_MONTH: Contract = Contract {
    table: "village_item_month",
    grain: "one change to one item's month in one village",
    key: &["month", "village_code", "item_id", "fold_version"],
    partition: &["part"],
    sort: &["month", "village_code", "item_id"],
    stats: &["month", "village_code"],
    bloom: &[],
    standard: "domain §5",
    role: Role::Derived,
    happened: &[],
    made_id: MadeId::Never,
    fields: with_flows![
        must("part", Text, "cold: compacted; hot: added since"),
        must("fold_version", Int, "number of the derive run").unit("no."),
        must("month", Date, "first day of the month, in the lake's zone"),
        may("village_code", Text, "village; null: the source names none"),
        may("item_id", Text, "事项; null: the source names none"),
    ],
};
