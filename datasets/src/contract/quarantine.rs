use super::Kind::*;
use super::{Contract, Role, may, must};

/// Rows that did not land, each with its reason. Raw text is kept out of the lake (design §3).
pub static QUARANTINE: Contract = Contract {
    table: "quarantine",
    grain: "one refused field or row of one batch",
    key: &["batch_id", "line", "table_name", "field", "rule"],
    partition: &[],
    sort: &["batch_id", "line"],
    stats: &["batch_id"],
    bloom: &[],
    role: Role::Ledger,
    fields: &[
        must("batch_id", Text, "batch that the row came with"),
        must("source_system", Text, "platform that the record came from"),
        must("mapping", Text, "mapping that refused it"),
        must("file_name", Text, "name of the file, without its folder"),
        must("line", Int, "line in the file at which the record begins, 1 upward"),
        may("table_name", Text, "table that the row would have gone to"),
        may("field", Text, "field that was refused; null: the whole record"),
        must("rule", Text, "rule that it broke, e.g. not_a_time, missing, too_many_fields"),
        must("reason", Text, "what is wrong and what to do, without the value"),
        must("row_hash", Bytes, "SHA-256 of the record's bytes, first 16 bytes"),
        must("ingested_at", Instant, "when the lake refused it"),
    ],
};
