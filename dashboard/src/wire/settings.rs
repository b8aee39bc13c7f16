//! What a session can set. Most of it is told back and changes nothing; what would make answers come in a form that
//! is not written here is refused.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::refusal::{Refusal, code};

/// Name, value at the start, and whether a client may change it. Names that PostgreSQL reports are written as it
/// writes them.
const KNOWN: [(&str, &str, bool); 31] = [
    ("application_name", "", true),
    ("bytea_output", "hex", true),
    ("client_encoding", "UTF8", true),
    ("client_min_messages", "notice", true),
    ("DateStyle", "ISO, YMD", true),
    ("default_transaction_isolation", "read committed", true),
    ("default_transaction_read_only", "on", true),
    ("extra_float_digits", "1", true),
    ("idle_in_transaction_session_timeout", "0", true),
    ("in_hot_standby", "off", false),
    ("integer_datetimes", "on", false),
    ("IntervalStyle", "postgres", true),
    ("is_superuser", "off", false),
    ("jit", "off", true),
    ("lock_timeout", "0", true),
    ("lc_messages", "C.UTF-8", true),
    ("lc_monetary", "C.UTF-8", true),
    ("max_identifier_length", "63", false),
    ("max_index_keys", "32", false),
    ("row_security", "on", true),
    ("search_path", "public", true),
    ("server_encoding", "UTF8", false),
    ("server_version", SERVER_VERSION, false),
    ("server_version_num", "150000", false),
    ("session_authorization", "", false),
    ("standard_conforming_strings", "on", true),
    ("statement_timeout", "0", true),
    ("sunlake.as_of", "", true),
    ("synchronize_seqscans", "on", true),
    ("TimeZone", "", true),
    ("transaction_isolation", "read committed", true),
];

/// The version whose catalog is shown: clients choose their questions by it.
pub(super) const SERVER_VERSION: &str = "15.0";

/// Told to a client when they change.
const REPORTED: [&str; 13] = [
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
];

/// The settings of one session.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    held: Vec<(&'static str, String)>,
    start: Vec<(&'static str, String)>,
    lake_zone: TimeZone,
    zone: TimeZone,
    as_of: Option<Timestamp>,
}

impl Settings {
    pub(super) fn new(user: &str, zone: &TimeZone) -> Self {
        let held: Vec<(&'static str, String)> = KNOWN
            .iter()
            .map(|(name, value, _)| {
                let value = match *name {
                    "session_authorization" => user,
                    "TimeZone" => zone.iana_name().unwrap_or("UTC"),
                    _ => *value,
                };
                (*name, value.to_owned())
            })
            .collect();
        Self { start: held.clone(), held, lake_zone: zone.clone(), zone: zone.clone(), as_of: None }
    }

    /// From now on the start, to which a reset leads back.
    pub(super) fn settle(&mut self) {
        self.start = self.held.clone();
    }

    /// Whether clients are told of it.
    pub(super) fn is_reported(name: &str) -> bool {
        REPORTED.contains(&name)
    }

    pub(super) fn all(&self) -> &[(&'static str, String)] {
        &self.held
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let held = self.held.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
        held.map(|(_, value)| value.as_str())
    }

    /// The zone in which instants are written.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// As of when is asked; none for the present.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// Seconds after which a statement is given up, if the client wants fewer than the server allows.
    pub(super) fn seconds(&self) -> Option<u64> {
        let told = self.get("statement_timeout")?.trim();
        let digits = told.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|number| *number > 0)?;
        Some(match told.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim() {
            "s" => number,
            "min" => number.saturating_mul(60),
            _ => number.div_ceil(1000),
        })
    }

    /// Sets one; `None` leads back to the start. What is to be reported to the client.
    ///
    /// # Errors
    ///
    /// A name that is not in the list, or a value that is not written here.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) -> Result<Option<(&'static str, String)>, Refusal> {
        let known = KNOWN.iter().find(|(held, ..)| held.eq_ignore_ascii_case(name));
        let Some((name, _, may_change)) = known else {
            let names: Vec<&str> = KNOWN.iter().filter(|(.., may)| *may).map(|(name, ..)| *name).collect();
            let shown: String = name.chars().take(60).collect();
            let told = format!("there is no setting {shown:?} here; there are {}", names.join(", "));
            return Err(Refusal::new(code::NO_SETTING, told));
        };
        if !may_change {
            return Err(Refusal::new(code::BAD_VALUE, format!("{name} cannot be changed")));
        }
        let value = match value {
            Some(value) => value,
            None => {
                self.start.iter().find(|(held, _)| held == name).map(|(_, value)| value.clone()).unwrap_or_default()
            }
        };
        let value = self.checked(name, value)?;
        if let Some((_, held)) = self.held.iter_mut().find(|(held, _)| held == name) {
            held.clone_from(&value);
        }
        Ok(REPORTED.contains(name).then_some((*name, value)))
    }

    /// The value as it is kept.
    fn checked(&mut self, name: &str, value: String) -> Result<String, Refusal> {
        let refuse = |instead: &str| Err(Refusal::new(code::BAD_VALUE, format!("{name}: {instead}")));
        if value.chars().count() > 200 || value.contains(char::is_control) {
            return refuse("a value has at most 200 characters");
        }
        // Some drivers send the quotes along.
        let lower = value.trim_matches('\'').to_ascii_lowercase();
        match name {
            "client_encoding" if !["utf8", "utf-8", "unicode"].contains(&lower.as_str()) => {
                return refuse("texts are written in UTF8 alone");
            }
            "client_encoding" => return Ok("UTF8".to_owned()),
            "DateStyle" if !lower.starts_with("iso") => return refuse("dates are written in ISO alone"),
            "DateStyle" => return Ok("ISO, YMD".to_owned()),
            "IntervalStyle" if lower != "postgres" => return refuse("spans are written as postgres alone"),
            "bytea_output" if lower != "hex" => return refuse("bytes are written in hex alone"),
            "standard_conforming_strings" if !["on", "true", "1", "yes"].contains(&lower.as_str()) => {
                return refuse("backslashes in texts stand for themselves");
            }
            "standard_conforming_strings" => return Ok("on".to_owned()),
            "default_transaction_read_only" if !["on", "true", "1", "yes"].contains(&lower.as_str()) => {
                return refuse("everything is read only here");
            }
            "default_transaction_read_only" => return Ok("on".to_owned()),
            "TimeZone" => {
                let Some(zone) = zone(&value, &self.lake_zone) else {
                    return refuse("write the name of a zone, e.g. Asia/Shanghai or UTC");
                };
                self.zone = zone;
            }
            "sunlake.as_of" => match as_of(&value, &self.lake_zone) {
                Some(as_of) => self.as_of = as_of,
                None => return refuse("write an instant or a day, e.g. 2026-05-01T08:00:00+08:00 or 2026-05-01"),
            },
            _ => {}
        }
        Ok(value)
    }

    /// All as it was at the start. What is to be reported.
    pub(super) fn reset(&mut self) -> Vec<(&'static str, String)> {
        let changed = self.held.iter().zip(&self.start).filter(|(held, start)| held != start);
        let changed: Vec<(&'static str, String)> = changed.map(|(_, start)| start.clone()).collect();
        self.held = self.start.clone();
        self.as_of = self.get("sunlake.as_of").and_then(|value| as_of(value, &self.lake_zone)).flatten();
        let named = self.get("TimeZone").and_then(|value| zone(value, &self.lake_zone));
        self.zone = named.unwrap_or_else(|| self.lake_zone.clone());
        changed.into_iter().filter(|(name, _)| REPORTED.contains(name)).collect()
    }
}

fn zone(name: &str, lake: &TimeZone) -> Option<TimeZone> {
    if lake.iana_name() == Some(name) {
        return Some(lake.clone());
    }
    TimeZone::get(name).ok()
}

/// An instant, or the end of a day; nothing for the present. None if it is neither.
fn as_of(text: &str, zone: &TimeZone) -> Option<Option<Timestamp>> {
    if text.is_empty() {
        return Some(None);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Some(at));
    }
    let next = text.parse::<Date>().ok()?.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    // The last microsecond of the day, as pages have it.
    Timestamp::from_microsecond(next.timestamp().as_microsecond() - 1).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("li", &TimeZone::get("Asia/Shanghai").expect("zone"))
    }

    #[test]
    fn what_is_not_in_the_list_or_not_written_here_is_refused() {
        let mut held = settings();
        for (name, value) in [
            ("datafusion.runtime.memory_limit", "10G"),
            ("session_authorization", "root"),
            ("role", "root"),
            ("client_encoding", "GBK"),
            ("default_transaction_read_only", "off"),
            ("TimeZone", "Mars/Olympus"),
            ("sunlake.as_of", "soon"),
        ] {
            assert!(held.set(name, Some(value.to_owned())).is_err(), "{name}");
        }
        assert_eq!(held.get("session_authorization"), Some("li"));
    }

    #[test]
    fn a_reset_leads_back_to_the_start_and_tells_it() {
        let mut held = settings();
        let told = held.set("timezone", Some("UTC".to_owned())).expect("set");
        assert_eq!(told, Some(("TimeZone", "UTC".to_owned())));
        held.set("sunlake.as_of", Some("2026-05-01".to_owned())).expect("set");
        let day_ends: Timestamp = "2026-05-01T15:59:59.999999Z".parse().expect("instant");
        assert_eq!(held.as_of(), Some(day_ends));
        assert_eq!(held.reset(), [("TimeZone", "Asia/Shanghai".to_owned())]);
        assert_eq!((held.as_of(), held.zone().iana_name()), (None, Some("Asia/Shanghai")));
    }

    #[test]
    fn a_timeout_is_read_in_its_units() {
        let mut held = settings();
        for (text, seconds) in
            [("0", None), ("1500", Some(2)), ("3s", Some(3)), ("2min", Some(120)), ("500ms", Some(1))]
        {
            held.set("statement_timeout", Some(text.to_owned())).expect("set");
            assert_eq!(held.seconds(), seconds, "{text}");
        }
    }
}
