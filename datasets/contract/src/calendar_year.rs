use super::Kind::*;
use super::{Contract, MadeId, PUT_AT, REPLACED_AT, Role, may, must};

/// Which years have a calendar that is known, per region (domain §4.2, §7). A year may be known without a
/// row of its own region in the notices (Guangxi 2020), and have rows before all of it is known.
pub static CALENDAR_YEAR: Contract = Contract {
    table: "calendar_year",
    grain: "one year of one region, as known from a day on; a year without a row is PROVISIONAL",
    key: &["region", "year", "known_from"],
    partition: &[],
    sort: &["region", "year"],
    stats: &["region", "year"],
    bloom: &[],
    standard: "domain §7 `calendar_year`",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("region", Text, "CN national, GX Guangxi"),
        must("year", Int, "the year").unit("year"),
        must(
            "status",
            Text,
            "KNOWN: the days of calendar_day count, and those without a row go by the weekday rule; PROVISIONAL: limits that count its days raise no card",
        )
        .one_of(&["KNOWN", "PROVISIONAL"]),
        may("source_doc", Text, "where it is laid down"),
        may(
            "known_from",
            Date,
            "date of the notice; null: always known. Of several rows of a year the latest known counts",
        ),
        PUT_AT,
        REPLACED_AT,
    ],
};
