use super::Kind::*;
use super::{BATCH_ID, Contract, IS_DELETED, MadeId, Role, may, must};

/// 惠民政策, versioned (the article: 87 of them, all published).
pub static POLICY_ITEM: Contract = Contract {
    table: "policy_item",
    grain: "one version of one policy",
    key: &["policy_id", "version"],
    partition: &[],
    sort: &["policy_id", "version"],
    stats: &["policy_id"],
    bloom: &[],
    standard: "our own (domain §0 C7)",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("policy_id", Text, "code of the policy"),
        must("version", Int, "version, 1 upward").unit("no."),
        must("title", Prose, "title in Chinese"),
        may("category", Text, "field, e.g. 社会救助"),
        may("issuer", Text, "who issued it"),
        may("doc_no", Text, "文号: number of the document"),
        may("audience", Prose, "whom it is for"),
        may("summary", Prose, "what it grants"),
        may("body_uri", Text, "where the text rests"),
        may("published_on", Date, "day of its publication"),
        must("valid_from", Date, "first day in force"),
        may("valid_to", Date, "first day no longer in force"),
        may("note", Prose, "e.g. that the row is made up for the demonstration"),
        IS_DELETED,
        BATCH_ID,
    ],
};
