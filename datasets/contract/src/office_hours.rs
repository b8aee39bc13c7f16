use super::Kind::*;
use super::{Contract, MadeId, PUT_AT, REPLACED_AT, Role, may, must};

/// Office windows of a worked day, by region and date.
pub static OFFICE_HOURS: Contract = Contract {
    table: "office_hours",
    grain: "one set of office windows of a region from a day on",
    key: &["region", "valid_from"],
    partition: &[],
    sort: &["region", "valid_from"],
    stats: &["region"],
    bloom: &[],
    standard: "domain §7 `office_hours`",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("region", Text, "CN or GX"),
        must("valid_from", Date, "first day in force"),
        may("valid_to", Date, "first day no longer in force"),
        must("weekday_windows", Text, "half-open windows, e.g. 08:00-12:00;15:00-18:00"),
        PUT_AT,
        REPLACED_AT,
    ],
};
