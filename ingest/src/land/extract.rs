//! When the source made the extract.

use jiff::Timestamp;
use jiff::fmt::strtime;

use crate::mapping::Mapping;

/// By the file's name where the mapping says how; else the latest time in its rows; else unknown.
/// Never later than now: a source cannot have extracted what is still to come.
pub(super) fn time(mapping: &Mapping, file: &str, latest: Option<i64>, now: Timestamp) -> Option<Timestamp> {
    let by_rows = || latest.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    by_name(mapping, file).or_else(by_rows).map(|time| time.min(now))
}

/// The time that the file's name tells, if the mapping says how and the name fits. A file with
/// such a name may be without records: it says that nothing has happened up to then.
pub(crate) fn by_name(mapping: &Mapping, file: &str) -> Option<Timestamp> {
    let pattern = mapping.source.extract_time.file_name.as_ref()?;
    let name = file.strip_suffix(".gz").unwrap_or(file);
    let time = strtime::parse(pattern, name).ok()?.to_datetime().ok()?;
    mapping.zone.to_ambiguous_timestamp(time).compatible().ok()
}
