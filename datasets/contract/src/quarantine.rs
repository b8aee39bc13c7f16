use super::Kind::*;
use super::{Contract, MadeId, Role, may, must};

/// `rule` of a row that closes a refusal whose record was erased. It is no attempt of the batch's, and
/// the account of the batch stays: the row was refused.
pub const ERASED: &str = "erased";

/// Rows that did not land, each with its reason. Raw text is kept out of the lake (design §3). A row
/// that a replay has landed, or whose record was erased, gets a second row, `resolved`; what has none is
/// open (decisions/0011, 0013).
pub static QUARANTINE: Contract = Contract {
    table: "quarantine",
    grain: "one refused field or row of one batch, or its resolution",
    key: &["batch_id", "attempt", "line", "output", "field", "rule"],
    partition: &[],
    sort: &["batch_id", "line"],
    stats: &["batch_id"],
    bloom: &[],
    standard: "our own",
    role: Role::Ledger,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("batch_id", Text, "batch that the row came with"),
        must("source_system", Text, "platform that the record came from"),
        must("mapping", Text, "mapping that refused it"),
        must("file_name", Text, "name of the file, without its folder"),
        must("line", Int, "line in the file at which the record begins, 1 upward").unit("no."),
        may("table_name", Text, "table that the row would have gone to"),
        may("field", Text, "field that was refused; null: the whole record"),
        must("rule", Text, "rule that it broke, e.g. not_a_time, missing, too_many_fields; or resolved, or erased"),
        must("reason", Text, "what is wrong and what to do, without the value"),
        must("row_hash", Bytes, "SHA-256 of the record's bytes, first 16 bytes"),
        must("ingested_at", Instant, "when the lake refused or resolved it"),
        may("output", Int, "which output of the mapping made the row, 1 upward; null: the whole record was refused")
            .unit("no."),
        may("attempt", Int, "attempt of the batch that wrote this, see ingest_batch.attempt; 0: an erasure; null: 1")
            .unit("no."),
        may(
            "resolved",
            Bool,
            "takes the refusal of that batch, line, output and row_hash back: it has landed or was known, or its record was erased; null: no",
        ),
    ],
};
