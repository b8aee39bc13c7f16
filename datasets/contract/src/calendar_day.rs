use super::Kind::*;
use super::{Contract, MadeId, PUT_AT, REPLACED_AT, Role, may, must};

/// Which days are worked, per region (domain §4.2, §7). That a year has rows does not make it known:
/// `calendar_year` says so.
pub static CALENDAR_DAY: Contract = Contract {
    table: "calendar_day",
    grain: "one day of one region in a year whose calendar is known, as known from a day on",
    key: &["region", "date", "known_from"],
    partition: &[],
    sort: &["region", "date"],
    stats: &["region", "date"],
    bloom: &[],
    standard: "domain §7 `calendar_day`",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("region", Text, "CN national, GX Guangxi"),
        must("date", Date, "the day"),
        must("is_workday", Bool, "whether it is worked"),
        must("kind", Text, "NORMAL, WEEKEND, HOLIDAY, ADJUSTED_WORKDAY, REGIONAL_HOLIDAY"),
        may("name", Text, "name of the holiday or of the reason"),
        must("version", Text, "version of the calendar"),
        may(
            "known_from",
            Date,
            "date of the notice; null: always known. Of several rows of a day the latest known counts",
        ),
        PUT_AT,
        REPLACED_AT,
    ],
};
