use super::Kind::*;
use super::{Contract, MadeId, OP_TYPE, Role, SOURCE_PK, may, must};

/// What was answered to a message (domain §7 `reply`).
pub static FEEDBACK_REPLY: Contract = Contract {
    table: "feedback_reply",
    grain: "one version of one reply",
    key: &["reply_id"],
    partition: &[],
    sort: &["msg_id", "replied_at"],
    stats: &["reply_id", "msg_id", "replied_at", "known_at"],
    bloom: &["reply_id"],
    role: Role::Fact,
    happened: &["replied_at", "reopened_at"],
    made_id: MadeId::Never,
    fields: &[
        must("reply_id", Text, "the source's id, unique in the lake"),
        must("msg_id", Text, "feedback_message.msg_id"),
        must("source_system", Text, "platform that the record came from, as its mapping names it"),
        SOURCE_PK,
        OP_TYPE,
        may("is_first_human", Bool, "first answer by a person: no receipt of a machine, no \"is being handled\""),
        may("author_id", Text, "person or account that answered"),
        may("org_code", Text, "organization that answered: organization.org_code"),
        may("text", Prose, "what was answered"),
        must("replied_at", Instant, "when"),
        may("outcome", Text, "SOLVED, EXPLAINED, NOT_SOLVABLE, TRANSFERRED").one_of(&[
            "SOLVED",
            "EXPLAINED",
            "NOT_SOLVABLE",
            "TRANSFERRED",
        ]),
        may("citizen_confirmed", Bool, "whether the author has confirmed the outcome"),
        may("satisfaction", Int, "the author's rating of the answer: 5 best, 1 worst"),
        may("reopened_at", Instant, "when the author had it opened again"),
        may("is_deleted", Bool, "the source has taken the record back; it stays here, and views leave it out"),
        may("attributes", TextMap, "what the source says beyond these fields"),
        may("recorded_at", Instant, "when the source recorded this version"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
