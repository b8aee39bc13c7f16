use super::Kind::*;
use super::{Contract, Role, may, must};

/// What happened to a case (domain §7 `workflow_event`); append-only.
pub static WORKFLOW_EVENT: Contract = Contract {
    table: "workflow_event",
    grain: "one version of one event of one case",
    key: &["event_id"],
    partition: &["biz_month"],
    sort: &["case_no", "occurred_at", "seq"],
    stats: &["case_no", "occurred_at", "known_at"],
    bloom: &["case_no"],
    role: Role::Fact,
    fields: &[
        must("event_id", Text, "the source's id, or a hash of what identifies the event (case, type, step, ordinal)"),
        must("case_no", Text, "workflow_case.case_no"),
        must("source_system", Text, "platform that the record came from"),
        may("seq", Int, "order among events of the same instant, as the source numbers them"),
        must(
            "event_type",
            Text,
            "APPLY, RECEIVE, CORRECTION_NOTICE, CORRECTION_COMPLETE, ACCEPT, NOT_ACCEPT, STEP_START, STEP_END, RETURN_STEP, STOP, RESUME, EXTEND, DECIDE, CLOSE, DELIVER, WITHDRAW, VOID, TRANSFER, REOPEN",
        ),
        may("step_seq", Int, "number of the step"),
        may("step_name", Text, "环节; E nodename"),
        may("step_limit", Int, "the step's limit in working days; E timelimit"),
        may("actor_id", Text, "person or account that acted"),
        may("actor_role", Text, "role in which it acted"),
        may("org_code", Text, "organization that acted"),
        may("decision", Text, "what was decided"),
        may("close_result", Text, "GRANTED, REFUSED, WITHDRAWN, RETURNED, CORRECTION_LAPSED, VOIDED, TRANSFERRED"),
        must("occurred_at", Instant, "when it happened; E occurtime, U event_start_time"),
        may("recorded_at", Instant, "when the source recorded it; E maketime"),
        may(
            "due_at",
            Instant,
            "explicit due time of the case (or of the step, where step_seq is set) as the source states it",
        ),
        may("attributes", TextMap, "what the source says beyond these fields"),
        must("unfolded", Bool, "true if the mapping unfolded it from a case row instead of reading an event record"),
        must("biz_date", Date, "day of occurred_at in the lake's zone"),
        must("biz_month", Text, "month of biz_date, yyyy-mm; the table's folders"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
