use super::Kind::*;
use super::{Contract, MadeId, OP_TYPE, Role, SOURCE_PK, may, must};

/// What a village has to disclose for a period: catalogue item x village x period (domain §7
/// `disclosure_obligation`, M22). 三务公开: Village Committees Organic Law art. 30.
pub static DISCLOSURE_OBLIGATION: Contract = Contract {
    table: "disclosure_obligation",
    grain: "one version of one obligation",
    key: &["obligation_id"],
    partition: &[],
    sort: &["village_code", "due_at"],
    stats: &["obligation_id", "village_code", "due_at", "known_at"],
    bloom: &["obligation_id"],
    standard: "domain §7 `disclosure_obligation`",
    role: Role::Fact,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("obligation_id", Text, "the source's id, unique in the lake"),
        must("source_system", Text, "platform that the record came from, as its mapping names it"),
        SOURCE_PK,
        OP_TYPE,
        must("catalogue_item", Text, "code of the catalogue's item"),
        may("item_name", Prose, "its name"),
        must("domain", Text, "PARTY, VILLAGE, FINANCE, POLICY, POWER, PROCESS, RESULT")
            .one_of(&["PARTY", "VILLAGE", "FINANCE", "POLICY", "POWER", "PROCESS", "RESULT"]),
        must("village_code", Text, "12-digit region code of the village"),
        may("cycle", Text, "YEARLY, QUARTERLY, MONTHLY, AT_ONCE").one_of(&[
            "YEARLY",
            "QUARTERLY",
            "MONTHLY",
            "AT_ONCE",
        ]),
        may("period", Text, "what it is about in time, as told, e.g. 2023-Q3"),
        may("period_from", Date, "first day of the period"),
        may("period_to", Date, "last day of the period"),
        may(
            "due_rule",
            Prose,
            "how the due time follows from the period, e.g. by the 20th of the next quarter's first month",
        ),
        may("due_at", Instant, "by when it has to be published"),
        may("on_display_days", Int, "natural days that it has to stay published; unknown: until the next one")
            .unit("CD"),
        may("not_applicable_reason", Prose, "why there is nothing to disclose; counts only if approved"),
        may("approver_id", Text, "who approved that"),
        may("approved_at", Instant, "when"),
        may("is_deleted", Bool, "the source has taken the record back; it stays here, and views leave it out"),
        may("attributes", TextMap, "what the source says beyond these fields"),
        may("recorded_at", Instant, "when the source recorded this version"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
