//! What the records are and where they rest: contracts, identifiers, reference data, the
//! working-day calendar, the lake, the audit log beside it, and object stores. No query engine in here (see `analytics`).

pub mod audit;
pub mod calendar;
pub mod clock;
pub mod ids;
pub mod lake;
pub mod reference;
pub mod remote;

pub use contract;

/// Days since 1970-01-01, as Arrow counts dates.
pub fn days_since_epoch(date: jiff::civil::Date) -> i32 {
    let span = date.duration_since(jiff::civil::Date::constant(1970, 1, 1));
    i32::try_from(span.as_hours() / 24).unwrap_or(if span.is_negative() { i32::MIN } else { i32::MAX })
}

/// The date that many days after 1970-01-01, if it can be written.
pub fn date_from_days(days: i32) -> Option<jiff::civil::Date> {
    jiff::civil::Date::constant(1970, 1, 1).checked_add(jiff::ToSpan::days(days)).ok()
}
