use super::Kind::*;
use super::{Contract, MadeId, PUT_AT, REPLACED_AT, Role, may, must};

/// Card policies as versioned rows (domain §3, §4 end): a city writes its own.
pub static SLA_POLICY: Contract = Contract {
    table: "sla_policy",
    grain: "one version of one card policy",
    key: &["policy", "version"],
    partition: &[],
    sort: &["policy", "version"],
    stats: &["policy"],
    bloom: &[],
    standard: "domain §4 (policy rows)",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("policy", Text, "name, e.g. BEIHAI_2"),
        must("version", Int, "version, 1 upward").unit("no."),
        must("region", Text, "region for which it holds"),
        must("official", Bool, "whether its cards count; others are shadows for comparison"),
        must("valid_from", Date, "first day of acceptance that it judges"),
        may("valid_to", Date, "first day that it judges no more"),
        must("body", Text, "the row's parameters as JSON (domain §4, policy rows)"),
        PUT_AT,
        REPLACED_AT,
    ],
};
