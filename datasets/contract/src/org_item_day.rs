use super::Kind::*;
use super::flows::with_flows;
use super::{Contract, MadeId, Role, may, must};

/// Additive measures per department, item and day. Rows are changes, as those of `village_day`.
pub static ORG_ITEM_DAY: Contract = Contract {
    table: "org_item_day",
    grain: "one change to one item's day in one department",
    key: &["day", "org_code", "item_id", "fold_version"],
    partition: &["part"],
    sort: &["day", "org_code", "item_id"],
    stats: &["day", "org_code"],
    bloom: &[],
    standard: "domain §5",
    role: Role::Derived,
    happened: &[],
    made_id: MadeId::Never,
    fields: with_flows![
        must("part", Text, "cold: compacted; hot: added since"),
        must("fold_version", Int, "number of the derive run").unit("no."),
        must("day", Date, "day in the lake's zone"),
        may("org_code", Text, "department responsible for the decision; null: the source names none"),
        may("item_id", Text, "事项; null: the source names none"),
    ],
};
