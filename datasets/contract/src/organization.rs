use super::Kind::*;
use super::{BATCH_ID, Contract, IS_DELETED_ROW, MadeId, Role, later, may, must};

/// Departments and offices that handle cases.
pub static ORGANIZATION: Contract = Contract {
    table: "organization",
    grain: "one organization",
    key: &["org_code"],
    partition: &[],
    sort: &["org_code"],
    stats: &["org_code"],
    bloom: &[],
    standard: "our own",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("org_code", Text, "code: region prefix, dash, kind"),
        must("name", Text, "name in Chinese"),
        may("name_en", Text, "name in English"),
        must("level", Text, "county, township or village").one_of(&["county", "township", "village"]),
        must("kind", Text, "kind of office, e.g. MZ civil affairs, TW township service centre"),
        later("valid_to", Date, "first day on which it is no more; null: it is still there"),
        IS_DELETED_ROW,
        BATCH_ID,
    ],
};
