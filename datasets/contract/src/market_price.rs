use super::Kind::*;
use super::{Contract, MadeId, OP_TYPE, Role, SOURCE_PK, may, must};

/// What goods cost on a market on a day. A market may quote one product several times a day, so the
/// quotes are numbered; a row that a file has twice is one quote.
pub static MARKET_PRICE: Contract = Contract {
    table: "market_price",
    grain: "one version of one quote",
    key: &["price_id"],
    partition: &[],
    sort: &["price_on", "product", "price_id"],
    stats: &["price_id", "price_on", "known_at"],
    bloom: &["price_id"],
    standard: "our own",
    role: Role::Fact,
    happened: &["price_on"],
    made_id: MadeId::EachContent(&["market", "region_code", "category", "product", "grade", "unit", "price_on"]),
    fields: &[
        must(
            "price_id",
            Text,
            "the source's id, or a hash of what identifies the quote (market, product, day, ordinal)",
        ),
        must("source_system", Text, "platform that the record came from, as its mapping names it"),
        SOURCE_PK,
        OP_TYPE,
        must("market", Text, "market, as its mapping names it"),
        may("region_code", Text, "12-digit region code of the market"),
        may("category", Text, "kind of goods, e.g. 蔬菜"),
        must("product", Text, "product as the source names it"),
        may("grade", Text, "规格, 等级"),
        may("unit", Text, "what the prices as told are for, e.g. 斤"),
        may("low", Rate, "lowest price as told, yuan per unit").unit("yuan per unit"),
        may("average", Rate, "average price as told, yuan per unit; low <= average <= high").unit("yuan per unit"),
        may("high", Rate, "highest price as told, yuan per unit").unit("yuan per unit"),
        may("low_per_kg", Rate, "lowest price, yuan per kg; 斤 = 0.5 kg").unit("yuan per kg"),
        may("average_per_kg", Rate, "average price, yuan per kg").unit("yuan per kg"),
        may("high_per_kg", Rate, "highest price, yuan per kg").unit("yuan per kg"),
        must("price_on", Date, "day of the quote"),
        may("is_deleted", Bool, "the source has taken the record back; it stays here, and views leave it out"),
        may("attributes", TextMap, "what the source says beyond these fields"),
        may("recorded_at", Instant, "when the source recorded this version"),
        must("known_at", Instant, "when the lake can have known it (domain §4 point 14)"),
        must("ingested_at", Instant, "when the lake took it in"),
        must("batch_id", Text, "ingest_batch.batch_id"),
        must("row_hash", Bytes, "SHA-256 of the mapped row, first 16 bytes"),
    ],
};
