use super::Kind::*;
use super::{BATCH_ID, Contract, IS_DELETED_ROW, MadeId, Role, may, must};

/// 行政区划 in eight yearly editions (National Bureau of Statistics).
pub static REGION: Contract = Contract {
    table: "region",
    grain: "one region in one yearly edition",
    key: &["edition", "code"],
    partition: &[],
    sort: &["edition", "code"],
    stats: &["edition", "code"],
    bloom: &[],
    standard: "domain §6 (12-digit codes, National Bureau of Statistics)",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("edition", Int, "year of the edition").unit("year"),
        must("code", Text, "12-digit region code"),
        must("name", Text, "name in Chinese"),
        must("level", Text, "city, county, township, village").one_of(&["city", "county", "township", "village"]),
        may("parent_code", Text, "code of the region above"),
        must("valid_from", Date, "first day on which the edition applies"),
        may("valid_to", Date, "first day on which it applies no more; null: until the next edition begins"),
        IS_DELETED_ROW,
        BATCH_ID,
    ],
};
