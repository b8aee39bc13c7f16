use super::Kind::*;
use super::{Contract, MadeId, Role, must};

/// What the lake is: format version, zone, region (design §3). One row per key.
pub static LAKE_META: Contract = Contract {
    table: "lake_meta",
    grain: "one property of the lake",
    key: &["key"],
    partition: &[],
    sort: &["key"],
    stats: &[],
    bloom: &[],
    standard: "our own",
    role: Role::Ledger,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("key", Text, "format_version, least_reader, time_zone, region, lake_id"),
        must("value", Text, "its value"),
    ],
};
