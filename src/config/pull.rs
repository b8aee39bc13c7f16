//! `[[pull]]`: a query that is asked again and again (docs/PULL.md).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ingest::{Connection, Mapping, Overlap, Password, Pull};
use jiff::SignedDuration;
use serde::Deserialize;

use super::Config;
use crate::cli::Misuse;

/// Rows of a page unless the section says otherwise.
const PAGE_ROWS: u32 = 10_000;
/// A page is held in memory.
const MOST_PAGE_ROWS: u32 = 1_000_000;
/// Shortest and longest time from one pull to the next.
const EVERY: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(1), SignedDuration::from_hours(24));

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullSection {
    /// Lower-case letters, digits, `-` and `_`. Another name begins from the beginning.
    pub name: String,
    /// A shipped mapping, or a TOML file.
    mapping: String,
    /// `postgres://user@host/database` or `host=… user=… dbname=…`, without the password.
    connection: String,
    /// File that holds the password.
    password_file: Option<PathBuf>,
    /// Environment variable that holds the password.
    password_env: Option<String>,
    /// One SELECT; `$1` is where it goes on from.
    query: String,
    /// Column of the query that tells how far the pull has come.
    cursor: String,
    /// How far back each pull asks again, for rows that commit late. Default: `10m`; of a cursor
    /// that is a number it has to be told.
    overlap: Option<String>,
    /// From the end of one pull to the begin of the next. Default: `60s`.
    every: Option<String>,
    /// Rows that land together. Default: 10000.
    page_rows: Option<u32>,
    /// A pull without news is written down at most once in so long, so that the source counts as
    /// complete up to then. Default: `5m`.
    heartbeat: Option<String>,
}

/// A section, checked, with its mapping.
#[derive(Debug, Clone)]
pub struct Pulling {
    pub pull: Pull,
    pub mapping: Mapping,
    pub every: Duration,
}

impl Config {
    /// The section of that name.
    pub fn pulling(&self, name: &str) -> Result<Pulling> {
        let Some(section) = self.pull.iter().find(|section| section.name == name) else {
            let known: Vec<&str> = self.pull.iter().map(|section| section.name.as_str()).collect();
            let known = match known.join(", ") {
                known if known.is_empty() => "the configuration has none; name one with --config FILE".into(),
                known => format!("there are: {known}"),
            };
            bail!(Misuse(format!("there is no [[pull]] section {name:?}; {known}")));
        };
        section.check()
    }

    /// Every section; two of one name are an error.
    pub fn pullings(&self) -> Result<Vec<Pulling>> {
        for (at, section) in self.pull.iter().enumerate() {
            if self.pull[..at].iter().any(|earlier| earlier.name == section.name) {
                bail!("[[pull]] {}: two sections have this name; give each its own", section.name);
            }
        }
        self.pull.iter().map(PullSection::check).collect()
    }
}

impl PullSection {
    fn check(&self) -> Result<Pulling> {
        let place = || format!("[[pull]] {}", self.name);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if self.name.is_empty() || self.name.len() > 40 || !self.name.chars().all(fits) {
            bail!("[[pull]] {:?}: name it with up to 40 of a-z, 0-9, - and _", self.name);
        }
        let password = match (&self.password_file, &self.password_env) {
            (Some(_), Some(_)) => bail!("{}: give one of password_file and password_env", place()),
            (Some(file), None) => Password::File(file.clone()),
            (None, Some(name)) => Password::Variable(name.clone()),
            (None, None) => Password::None,
        };
        let connection =
            Connection::read(&self.connection, password).map_err(anyhow::Error::msg).with_context(place)?;
        let overlap = match self.overlap.as_deref().map(|text| (text, Overlap::read(text))) {
            None => None,
            Some((_, Some(overlap))) => Some(overlap),
            Some((text, None)) => bail!("{}: overlap {text:?} is neither a time such as \"10m\" nor a number", place()),
        };
        let time = |key: &str, text: &Option<String>, default: SignedDuration| match text {
            None => Ok(default),
            Some(text) => match text.parse::<SignedDuration>() {
                Ok(time) if (EVERY.0..=EVERY.1).contains(&time) => Ok(time),
                _ => bail!("{}: {key} {text:?} is no time from 1s to 24h, such as \"60s\"", place()),
            },
        };
        let every = time("every", &self.every, SignedDuration::from_secs(60))?;
        let heartbeat = time("heartbeat", &self.heartbeat, SignedDuration::from_mins(5))?;
        let page_rows = self.page_rows.unwrap_or(PAGE_ROWS);
        if !(1..=MOST_PAGE_ROWS).contains(&page_rows) {
            bail!("{}: page_rows has to lie between 1 and {MOST_PAGE_ROWS}", place());
        }
        let mapping = Mapping::find(&self.mapping).with_context(place)?;
        let (name, query, cursor) = (self.name.clone(), self.query.clone(), self.cursor.clone());
        let pull = Pull { name, connection, query, cursor, overlap, page_rows, heartbeat };
        Ok(Pulling { pull, mapping, every: every.unsigned_abs() })
    }
}

/// Without the connection, which may hold what it should not.
impl std::fmt::Debug for PullSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PullSection").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../config/pull.toml");

    fn config(text: &str) -> Config {
        toml::from_str(text).expect("TOML")
    }

    #[test]
    fn the_example_is_sound() {
        let pullings = config(EXAMPLE).pullings().expect("sound");
        let names: Vec<&str> = pullings.iter().map(|pulling| pulling.pull.name.as_str()).collect();
        assert_eq!(names, ["cases", "events"]);
        assert!(pullings.iter().all(|pulling| pulling.every == Duration::from_secs(60)));
    }

    #[test]
    fn a_section_that_makes_no_sense_says_where_and_what_to_do() {
        const LEAST: &str = "[[pull]]\nname = \"a\"\nmapping = \"workflow_event\"\nconnection = \"host=/run/x \
                             user=geheim\"\nquery = \"select 1\"\ncursor = \"c\"\n";
        config(LEAST).pulling("a").expect("sound");
        for (from, to, says) in [
            ("name = \"a\"", "name = \"A b\"", "a-z, 0-9"),
            ("workflow_event", "workflow_evnt", "there is no mapping"),
            ("host=/run/x", "password=geheim host=/run/x", "password_file"),
            ("cursor = \"c\"", "cursor = \"c\"\noverlap = \"soon\"", "overlap \"soon\""),
            ("cursor = \"c\"", "cursor = \"c\"\nevery = \"0s\"", "every \"0s\""),
            ("cursor = \"c\"", "cursor = \"c\"\nheartbeat = \"2 years\"", "heartbeat \"2 years\""),
            ("cursor = \"c\"", "cursor = \"c\"\npage_rows = 0", "page_rows has to lie"),
            ("cursor = \"c\"", "cursor = \"c\"\npassword_file = \"f\"\npassword_env = \"E\"", "one of password_file"),
        ] {
            let error = config(&LEAST.replace(from, to)).pullings().expect_err(to);
            let text = format!("{error:#}");
            assert!(text.contains("[[pull]]") && text.contains(says) && !text.contains("geheim"), "{text}");
        }
        assert!(config(&LEAST.repeat(2)).pullings().expect_err("twice").to_string().contains("two sections"));
        let unknown = config(LEAST).pulling("b").expect_err("unknown").to_string();
        assert!(unknown.contains("there are: a"), "{unknown}");
        assert!(Config::default().pulling("b").expect_err("none").to_string().contains("--config"));
    }
}
