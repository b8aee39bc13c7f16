//! Progress bars: on a terminal, for what takes long, and never beside `--json`.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use analytics::{AnalyticsError, DeriveOptions, DeriveReport};
use datasets::lake::{Come, Lake};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is done sooner shows no bar.
const LONG: Duration = Duration::from_secs(2);

/// A bar of bytes: how far a file has been read, and how many rows there were.
const BYTES: &str = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {prefix}, {eta} left";
/// A bar of things.
const COUNT: &str = "{msg} {bar:30} {human_pos}/{human_len} {per_sec}, {prefix}, {eta} left";

/// How far something has come.
pub struct Bar {
    bar: ProgressBar,
    /// A terminal looks on, and not a program.
    may_show: bool,
}

impl Bar {
    fn new(total: u64, what: &str, unit: &str, template: &str, json: bool) -> Self {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden()).with_style(style);
        let bar = bar.with_message(what.to_owned()).with_prefix(unit.to_owned());
        Self { bar, may_show: !json && std::io::stderr().is_terminal() }
    }

    /// A bar of so many things.
    pub fn counting(total: u64, what: &str, unit: &str, json: bool) -> Self {
        Self::new(total, what, unit, COUNT, json)
    }

    /// A bar of the bytes of an object that is fetched.
    pub fn fetching(name: &str, json: bool) -> Self {
        Self::of_bytes(name, "fetched", json)
    }

    /// A bar of bytes to which something is done.
    pub fn of_bytes(what: &str, done: &str, json: bool) -> Self {
        Self::new(0, what, done, BYTES, json)
    }

    /// So many are done.
    pub fn at(&self, done: u64) {
        if self.bar.elapsed() >= LONG {
            self.show();
        }
        self.bar.set_position(done);
    }

    fn show(&self) {
        if self.may_show && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// So many are done of so many, which may have been a guess before.
    pub fn at_of(&self, done: u64, of: u64) {
        self.bar.set_length(of.max(done));
        self.at(done);
    }

    /// So many rows are done.
    fn rows(&self, rows: u64) {
        let seconds = self.bar.elapsed().as_secs().max(1);
        self.bar.set_prefix(format!("{} rows {}/s", HumanCount(rows), HumanCount(rows / seconds)));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar of rows and bytes for each stage of a work, in the place of the one before.
pub struct Stages {
    json: bool,
    /// Tells how long the whole work has taken; it is never shown.
    whole: ProgressBar,
    at: Mutex<Option<(&'static str, Bar)>>,
}

impl Stages {
    pub fn shared(json: bool) -> Arc<Self> {
        Arc::new(Self { json, whole: ProgressBar::hidden(), at: Mutex::new(None) })
    }

    /// So far the work has come.
    pub fn come(&self, come: Come) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let (stage, bar) = match at.take() {
            Some((stage, bar)) if stage == come.stage => (stage, bar),
            before => {
                if let Some((_, before)) = before {
                    before.finish();
                }
                (come.stage, Bar::of_bytes(come.stage, "0 rows", self.json))
            }
        };
        // Who has waited long for the stages before need not wait again.
        if self.whole.elapsed() >= LONG {
            bar.show();
        }
        bar.rows(come.rows);
        bar.at_of(come.bytes, come.of);
        *at = Some((stage, bar));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some((_, bar)) = self.at.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish();
        }
    }
}

/// Shows how far a file has been read.
pub struct ReadBar(Bar);

impl ReadBar {
    /// A bar for one file.
    pub fn shared(name: &str, json: bool) -> Arc<Self> {
        Arc::new(Self(Bar::new(0, name, "0 rows", BYTES, json)))
    }

    pub fn finish(&self) {
        self.0.finish();
    }
}

impl ingest::Progress for ReadBar {
    fn read(&self, bytes: u64, of: u64) {
        self.0.at_of(bytes, of);
    }

    fn records(&self, records: u64, _: Option<u64>) {
        self.0.rows(records);
    }
}

/// Shows how many rows have come of those that are to come, such as a server expects to send.
pub struct RowBar(Bar);

impl RowBar {
    /// A bar for one pull, or one replay.
    pub fn shared(name: &str, json: bool) -> Arc<Self> {
        Arc::new(Self(Bar::new(0, name, "rows", COUNT, json)))
    }

    pub fn finish(&self) {
        self.0.finish();
    }
}

impl ingest::Progress for RowBar {
    fn read(&self, bytes: u64, _: u64) {
        self.0.bar.set_prefix(format!("rows, {}", HumanBytes(bytes)));
    }

    fn records(&self, records: u64, of: Option<u64>) {
        self.0.at_of(records, of.unwrap_or(records));
    }
}

/// Derives behind a bar of cases.
pub async fn derive(lake: &Lake, options: DeriveOptions, json: bool) -> Result<DeriveReport, AnalyticsError> {
    let bar = Bar::counting(0, "cards", "cases", json);
    let report = analytics::derive_watched(lake, options, &|done, of| bar.at_of(done, of)).await;
    bar.finish();
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_a_bar_of_its_own() {
        let stages = Stages::shared(true);
        let told = || {
            let at = stages.at.lock().expect("free");
            let (stage, bar) = at.as_ref().expect("a stage");
            (*stage, bar.bar.prefix(), bar.bar.position(), bar.bar.length())
        };
        stages.come(Come { stage: "look", rows: 1_200, bytes: 30, of: 40 });
        assert_eq!(told(), ("look", "1,200 rows 1,200/s".to_owned(), 30, Some(40)));
        // More than was thought.
        stages.come(Come { stage: "look", rows: 1_300, bytes: 50, of: 40 });
        assert_eq!(told(), ("look", "1,300 rows 1,300/s".to_owned(), 50, Some(50)));
        stages.come(Come { stage: "write", rows: 1, bytes: 2, of: 3 });
        assert_eq!(told(), ("write", "1 rows 1/s".to_owned(), 2, Some(3)));
        stages.finish();
        assert!(stages.at.lock().expect("free").is_none());
    }
}
