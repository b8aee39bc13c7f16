use super::Kind::*;
use super::{Contract, MadeId, Role, may, must};

/// Additive measures per village and day. Rows are changes: each derive run adds the difference
/// that it made, and the view sums them, so that a batch costs its own rows.
pub static VILLAGE_DAY: Contract = Contract {
    table: "village_day",
    grain: "one change to one village's day",
    key: &["village_code", "day", "fold_version"],
    partition: &["part"],
    sort: &["village_code", "day"],
    stats: &["village_code", "day"],
    bloom: &[],
    standard: "domain §5",
    role: Role::Derived,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("part", Text, "cold: compacted; hot: added since"),
        must("fold_version", Int, "number of the derive run").unit("no."),
        may("village_code", Text, "village; null: the source names none"),
        must("day", Date, "day in the lake's zone"),
        must("received", Int, "cases received that day; where the receipt is not known, started").unit("cases"),
        must("accepted", Int, "cases whose clock started that day").unit("cases"),
        must("closed", Int, "cases decided that day").unit("cases"),
        must("closed_on_time", Int, "of these, at or before due_at").unit("cases"),
        must("due", Int, "cases due that day, as DUE(P) counts them (domain §5)").unit("cases"),
        must("due_on_time", Int, "of these, closed at or before due_at").unit("cases"),
    ],
};
