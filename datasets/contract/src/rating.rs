use super::Kind::*;
use super::{Contract, MadeId, OP_TYPE, Role, SOURCE_PK, may, must};

/// 好差评: what somebody thought of the handling of a case (domain §7 `rating`). GB/T 39046 A.8 counts
/// from 1 = 非常满意, many interfaces from 5 = 非常满意; the code is kept as told, `stars` is 5 = best.
pub static RATING: Contract = Contract {
    table: "rating",
    grain: "one version of one rating",
    key: &["rating_id"],
    partition: &[],
    sort: &["case_no", "rated_at"],
    stats: &["rating_id", "case_no", "rated_at", "known_at"],
    bloom: &["rating_id"],
    standard: "domain §7 `rating`",
    role: Role::Fact,
    happened: &["rated_at", "rectified_at", "follow_up_at"],
    made_id: MadeId::Never,
    fields: &[
        must("rating_id", Text, "the source's id, unique in the lake"),
        must("source_system", Text, "platform that the record came from, as its mapping names it"),
        SOURCE_PK,
        OP_TYPE,
        must("case_no", Text, "workflow_case.case_no"),
        may("round_no", Int, "which rating of the case it is, 1 upward (一次一评, GB/T 39734)")
            .unit("no.")
            .by("GB/T 39734"),
        must("stars", Int, "5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意").unit("1 to 5"),
        may("raw_code", Text, "the code as the source told it"),
        may(
            "code_system",
            Text,
            "what raw_code is counted in: GBT39046_A8 (1 = best, 5 = worst), STARS5 (5 = best, 1 = worst), OTHER",
        )
        .one_of(&["GBT39046_A8", "STARS5", "OTHER"]),
        may("tags", Prose, "phrases that were ticked, separated by semicolons"),
        may("comment", Prose, "what was written"),
        may("channel", Text, "1 counter, 2 online, 3 mobile, 4 courier, 9 other").by("GB/T 39046 A.5"),
        must("rated_at", Instant, "when it was given"),
        may("rater_kind", Text, "APPLICANT, AGENT, STAFF_DEVICE, UNKNOWN").one_of(&[
            "APPLICANT",
            "AGENT",
            "STAFF_DEVICE",
            "UNKNOWN",
        ]),
        may("rater_hash", Text, "HMAC-SHA256 of the rater's identifier, hexadecimal"),
        may("is_default", Bool, "set by the system because nobody rated"),
        may("is_real_name", Bool, "whether the rater is known by name"),
        may("device_id", Text, "device on which it was given"),
        may("ip_hash", Text, "HMAC-SHA256 of the network address, hexadecimal"),
        may("hash_key_id", Text, "which secret made the hashes of this row"),
        may("eval_point", Text, "1 at acceptance, 2 at closing").one_of(&["1", "2"]),
        may("rectify_due_at", Instant, "差评整改: by when it has to be put right"),
        may("rectified_at", Instant, "when it was put right"),
        may("rectify_result", Prose, "what was done"),
        may("follow_up_at", Instant, "回访: when the rater was called back"),
        may("appeal_state", Text, "OPEN, UPHELD (the rating stays), EXCLUDED (mistaken or malicious)")
            .one_of(&["OPEN", "UPHELD", "EXCLUDED"]),
        may("is_deleted", Bool, "the source has taken the record back; it stays here, and views leave it out"),
        may("attributes", TextMap, "what the source says beyond these fields"),
        may("recorded_at", Instant, "when the source recorded this version"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
