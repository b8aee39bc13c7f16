use super::Kind::*;
use super::{Contract, MadeId, Role, may, must};

/// The landing's ledger: a batch is in the lake when its row is here (written last), and no row of
/// state WITHDRAWN with the same or a later attempt is. A replay adds a row that says what it moved,
/// so sums over rows that are not withdrawn are the account (decisions/0011, 0012).
pub static INGEST_BATCH: Contract = Contract {
    table: "ingest_batch",
    grain: "one landing of a batch, one replay of it, or its withdrawal",
    key: &["batch_id", "attempt", "state", "ingested_at"],
    partition: &[],
    sort: &["ingested_at"],
    stats: &["batch_id", "ingested_at"],
    bloom: &[],
    standard: "our own",
    role: Role::Ledger,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("batch_id", Text, "sha256(bytes + mapping version, of a push + idempotency key), hexadecimal"),
        must("source_system", Text, "platform that the records came from"),
        must("mapping", Text, "name of the mapping"),
        must(
            "mapping_version",
            Text,
            "SHA-256 of the mapping's text, first 16 hexadecimal places: the schema_version (domain §7) of the facts with this batch_id; those that a replay landed have its ingested_at",
        ),
        must(
            "file_name",
            Text,
            "name of the file, without its folder; of an object of a store: its address, without query; of a push: push/ and the name of its token",
        ),
        must("file_bytes", Int, "size as it came, bytes").unit("bytes"),
        must("extract_time", Instant, "when the source made the extract: its watermark if is_complete"),
        must("is_complete", Bool, "whether the batch holds everything up to extract_time"),
        must("records", Int, "records read from the file; 0 of a replay").unit("records"),
        must(
            "rows_in",
            Int,
            "rows that the mapping made of them = landed + quarantined + known; of a replay, which may be below 0, what it changed",
        ).unit("rows"),
        must("rows_landed", Int, "rows new to the lake").unit("rows"),
        must("rows_quarantined", Int, "rows refused, see quarantine; of a replay below 0: so many fewer are open").unit("rows"),
        must("rows_known", Int, "rows that the lake had already").unit("rows"),
        may("first_event_at", Instant, "earliest occurred_at landed"),
        may("last_event_at", Instant, "latest occurred_at landed"),
        must("ingested_at", Instant, "when the lake took it in"),
        must(
            "known_at",
            Instant,
            "from when on it can have been known: ingested_at for a live source; for history, which counts as reported as it happened, its earliest event",
        ),
        may("attempt", Int, "which attempt of the batch landed it or replayed it, 1 upward, each number once; null: 1").unit("no."),
        may(
            "state",
            Text,
            "LANDED; REPLAYED; WITHDRAWN: takes back what has landed up to this attempt, whose counts and times it repeats; null: LANDED or REPLAYED",
        ),
        may("withdrawn_at", Instant, "WITHDRAWN: when it was withdrawn"),
        may("pull_name", Text, "name of the [[pull]] section that brought it"),
        may(
            "pull_cursor",
            Text,
            "how far that pull had come: with this batch, every row up to here is in the lake; never below that of the pull's batch before",
        ),
        may(
            "idempotency_key",
            Text,
            "of a push: what its sender called it, or the SHA-256 of its bytes; within 72 h the same key is the same request",
        ),
        may(
            "new_columns",
            TextList,
            "columns that its mapping did not know, the first 100, long names cut: left out, or kept in attributes where the mapping says evolve; null: none",
        ),
    ],
};
