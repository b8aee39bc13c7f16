//! The body of a policy row: from JSON to what the clock takes. A key or a value that the clock
//! does not know is an error with its place, since a rule that is passed over is a wrong card.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};
use sla::{ClockKind, Level, Policy, Rule};

use super::rule;
use crate::AnalyticsError;

/// Every key of a body. The row's own columns stand in it too, and decide.
const KEYS: [&str; 18] = [
    "policy",
    "version",
    "valid_from",
    "valid_to",
    "region",
    "official",
    "start",
    "card_clock",
    "deadline",
    "reminder",
    "prewarn",
    "yellow",
    "red",
    "instant",
    "stop",
    "accept_within_wd",
    "deliver_within_wd",
    "late_entry_h",
];
/// Limits of what people do about a card; the clock does not ask for them.
const OF_PEOPLE: [&str; 4] = ["appeal_wd", "decide_wd", "order_wd", "order_close_wd"];
/// Choices of domain §4 of which the clock knows one each.
const STOP: [(&str, &str); 5] = [
    ("day_rule", "FULL_OFFICE_DAY"),
    ("cap", "END_OF_DAY"),
    ("last_day", "MOVES"),
    ("open", "TO_CAP"),
    ("post_accept_correction", "FLAG"),
];

/// Reads the body of `name` (domain §4.1, policy rows).
pub(super) fn read(name: &str, version: i64, is_official: bool, body: &str) -> Result<Policy, AnalyticsError> {
    let place = format!("{name} version {version}: ");
    let value: Value =
        serde_json::from_str(body).map_err(|error| rule("sla_policy", format!("{place}body is no JSON: {error}")))?;
    let Some(fields) = value.as_object() else {
        return Err(rule("sla_policy", format!("{place}body must be a JSON object")));
    };
    let body = Section { place, fields };
    body.only(&[&KEYS[..], &OF_PEOPLE[..]].concat())?;
    body.fixed("start", "ACCEPTED")?;
    if let Some(stop) = body.section("stop")? {
        stop.only(&STOP.map(|(key, _)| key))?;
        STOP.into_iter().try_for_each(|(key, value)| stop.fixed(key, value))?;
    }
    OF_PEOPLE.into_iter().try_for_each(|key| body.number(key).map(|_| ()))?;
    let card_clock = body.needed("card_clock", body.code("card_clock")?)?;
    let mut ladder = Vec::new();
    for level in Level::ALL {
        if let Some(section) = body.section(&level.as_str().to_ascii_lowercase())? {
            ladder.push((*level, rung(&section, card_clock)?));
        }
    }
    if ladder.is_empty() {
        return Err(body.wrong("", "it has no level; give reminder, prewarn, yellow or red"));
    }
    let instant = body.needed("instant", body.section("instant")?)?;
    instant.only(&["yellow_office_min"])?;
    Ok(Policy {
        name: name.to_owned(),
        version: u32::try_from(version).map_err(|_| body.wrong("version", "must be a whole number"))?,
        is_official,
        card_clock,
        deadline: body.needed("deadline", body.code("deadline")?)?,
        ladder,
        instant_yellow_office_min: instant.count("yellow_office_min")?,
        accept_within_wd: body.count("accept_within_wd")?,
        deliver_within_wd: body.count("deliver_within_wd")?,
        late_entry_h: body.count("late_entry_h")?,
    })
}

/// One level of the ladder.
fn rung(section: &Section<'_>, card_clock: ClockKind) -> Result<Rule, AnalyticsError> {
    let of = || section.code("of").map(|clock| clock.unwrap_or(card_clock));
    match section.fields.get("mode").and_then(Value::as_str) {
        Some("USED_RATIO") => {
            section.only(&["mode", "num", "den"])?;
            let (num, den) = (section.count("num")?, section.count("den")?);
            if num == 0 || num > den {
                return Err(section.wrong("num", "must lie above 0 and not above den"));
            }
            Ok(Rule::UsedRatio { num, den })
        }
        Some("BEFORE_DUE") => {
            section.only(&["mode", "of", "wd"])?;
            Ok(Rule::BeforeDue { of: of()?, wd: section.count("wd")? })
        }
        Some("AFTER_DUE") => {
            section.only(&["mode", "of", "grace_wd"])?;
            Ok(Rule::AfterDue { of: of()?, grace_wd: section.number("grace_wd")?.unwrap_or(0) })
        }
        _ => Err(section.wrong("mode", "must be USED_RATIO, BEFORE_DUE or AFTER_DUE")),
    }
}

/// An object of the body, with its place for errors. A null is as good as no key.
struct Section<'j> {
    place: String,
    fields: &'j Map<String, Value>,
}

impl<'j> Section<'j> {
    fn wrong(&self, key: &str, reason: impl Display) -> AnalyticsError {
        let space = if key.is_empty() { "" } else { " " };
        rule("sla_policy", format!("{}{key}{space}{reason}", self.place))
    }

    /// No key but these.
    fn only(&self, known: &[&str]) -> Result<(), AnalyticsError> {
        match self.fields.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(self.wrong(key, format!("is no key here; known are {}", known.join(", ")))),
        }
    }

    fn get(&self, key: &str) -> Option<&'j Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    fn needed<T>(&self, key: &str, found: Option<T>) -> Result<T, AnalyticsError> {
        found.ok_or_else(|| self.wrong(key, "is missing"))
    }

    /// A whole number, if there is one.
    fn number(&self, key: &str) -> Result<Option<u32>, AnalyticsError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or_else(|| self.wrong(key, "must be a whole number"))
    }

    /// A whole number that must be there.
    fn count(&self, key: &str) -> Result<u32, AnalyticsError> {
        self.needed(key, self.number(key)?)
    }

    /// A code, if there is one.
    fn code<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Option<T>, AnalyticsError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong(key, "must be a text"))?;
        text.parse::<T>().map(Some).map_err(|error| self.wrong(key, format!("is not known: {error}")))
    }

    /// The only value that the clock knows, or none.
    fn fixed(&self, key: &str, known: &str) -> Result<(), AnalyticsError> {
        match self.get(key) {
            Some(value) if value.as_str() != Some(known) => {
                Err(self.wrong(key, format!("must be {known}, the only one that the clock knows")))
            }
            _ => Ok(()),
        }
    }

    fn section(&self, key: &str) -> Result<Option<Section<'j>>, AnalyticsError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let fields = value.as_object().ok_or_else(|| self.wrong(key, "must be an object"))?;
        Ok(Some(Section { place: format!("{}{key}.", self.place), fields }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(name: &str) -> String {
        let rows = datasets::reference::policies().expect("policies");
        rows.iter().find(|row| row.policy == name).expect(name).body.to_string()
    }

    #[test]
    fn the_shipped_policies_are_understood() {
        let beihai = read("BEIHAI_2", 1, true, &shipped("BEIHAI_2")).expect("BEIHAI_2");
        assert_eq!(beihai, Policy::for_testing());
        let hunan = read("HUNAN_3", 1, false, &shipped("HUNAN_3")).expect("HUNAN_3");
        let rules: Vec<(Level, Rule)> = vec![
            (Level::Prewarn, Rule::BeforeDue { of: ClockKind::Promise, wd: 2 }),
            (Level::Yellow, Rule::AfterDue { of: ClockKind::Promise, grace_wd: 0 }),
            (Level::Red, Rule::AfterDue { of: ClockKind::Statutory, grace_wd: 0 }),
        ];
        assert_eq!((hunan.ladder, hunan.deadline), (rules, sla::Deadline::HourExact));
        let js = read("JS_GRACE", 1, false, &shipped("JS_GRACE")).expect("JS_GRACE");
        assert_eq!(
            js.ladder.iter().map(|(level, _)| *level).collect::<Vec<_>>(),
            [Level::Reminder, Level::Yellow, Level::Red]
        );
    }

    #[test]
    fn what_the_clock_does_not_know_is_told_with_its_place() {
        let shipped = shipped("BEIHAI_2");
        for (from, to, says) in [
            (r#""num":4"#, r#""num":-4"#, "B version 3: yellow.num must be a whole number"),
            (r#""num":4"#, r#""num":6"#, "B version 3: yellow.num must lie above 0"),
            (r#""num":4"#, r#""nom":4"#, "B version 3: yellow.nom is no key here; known are mode, num, den"),
            ("USED_RATIO", "RATIO", "B version 3: yellow.mode must be USED_RATIO"),
            (r#""late_entry_h":24"#, r#""late_entry":24"#, "B version 3: late_entry is no key"),
            (r#""late_entry_h":24"#, r#""late_entry_h":null"#, "B version 3: late_entry_h is missing"),
            ("TO_CAP", "FOREVER", "B version 3: stop.open must be TO_CAP"),
            (r#""card_clock":"PROMISE""#, r#""card_clock":"CUCKOO""#, "B version 3: card_clock is not known"),
            ("{", "[{", "B version 3: body is no JSON"),
        ] {
            assert!(shipped.contains(from), "{from} not in {shipped}");
            let error = read("B", 3, true, &shipped.replacen(from, to, 1)).expect_err(to).to_string();
            assert!(error.contains(says), "{says:?} not in {error:?}");
        }
    }
}
