use super::Kind::*;
use super::{Contract, MadeId, OP_TYPE, Role, SOURCE_PK, may, must};

/// 成交: a listing, or part of it, changed hands (domain §7 `deal`).
pub static DEAL: Contract = Contract {
    table: "deal",
    grain: "one version of one deal",
    key: &["deal_id"],
    partition: &[],
    sort: &["listing_id", "deal_id"],
    stats: &["deal_id", "listing_id", "known_at"],
    bloom: &["deal_id"],
    standard: "domain §7 `deal`",
    role: Role::Fact,
    happened: &["agreed_at", "confirmed_at", "cancelled_at"],
    made_id: MadeId::Never,
    fields: &[
        must("deal_id", Text, "the source's id, unique in the lake"),
        must("source_system", Text, "platform that the record came from, as its mapping names it"),
        SOURCE_PK,
        OP_TYPE,
        may("listing_id", Text, "listing.listing_id"),
        may("buyer_hash", Text, "HMAC-SHA256 of the buyer's identifier, hexadecimal"),
        may("hash_key_id", Text, "which secret made the hashes of this row"),
        may("qty_kg", Rate, "quantity in kg").unit("kg"),
        may("unit_price", Rate, "yuan per kg").unit("yuan per kg"),
        may("amount", Decimal, "yuan").unit("yuan"),
        may("confirmed_by", Text, "SELLER, BUYER, BOTH, PLATFORM").one_of(&["SELLER", "BUYER", "BOTH", "PLATFORM"]),
        may("agreed_at", Instant, "when it was agreed"),
        may("confirmed_at", Instant, "when it was confirmed"),
        may("cancelled_at", Instant, "when it was called off"),
        may("pay_mode", Text, "CASH, TRANSFER, WECHAT, ALIPAY, OTHER")
            .one_of(&["CASH", "TRANSFER", "WECHAT", "ALIPAY", "OTHER"]),
        may("parcel_id", Text, "parcel.parcel_id"),
        may("is_deleted", Bool, "the source has taken the record back; it stays here, and views leave it out"),
        may("attributes", TextMap, "what the source says beyond these fields"),
        may("recorded_at", Instant, "when the source recorded this version"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
