use super::Kind::*;
use super::{Contract, MadeId, Role, may, must};

/// What a metric takes from outside the records: constants of a formula, a baseline, a list (domain §5); and the
/// numbers of published claims (`claim_...`, domain §0), which no metric takes.
pub static METRIC_PARAMETER: Contract = Contract {
    table: "metric_parameter",
    grain: "one value of one parameter from a day on",
    key: &["key", "valid_from"],
    partition: &[],
    sort: &["key", "valid_from"],
    stats: &["key"],
    bloom: &[],
    standard: "domain §5",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must(
            "key",
            Text,
            "which parameter: ..._on is a date, ..._items codes separated by semicolons, any other a number",
        ),
        may("value", Text, "its value; unknown: none is set"),
        must("valid_from", Date, "first day in force; a period goes by what is in force on its last day"),
        must("source", Prose, "where it is laid down, and what asks for it"),
    ],
};
