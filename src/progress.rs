//! Progress bars: on a terminal, for what takes long, and never beside `--json`.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use analytics::{AnalyticsError, DeriveOptions, DeriveReport};
use datasets::lake::Lake;
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
        if self.may_show && self.bar.is_hidden() && self.bar.elapsed() >= LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }

    /// So many are done of so many, which may have been a guess before.
    pub fn at_of(&self, done: u64, of: u64) {
        self.bar.set_length(of.max(done));
        self.at(done);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
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
        let seconds = self.0.bar.elapsed().as_secs().max(1);
        self.0.bar.set_prefix(format!("{} rows {}/s", HumanCount(records), HumanCount(records / seconds)));
    }
}

/// Shows how many rows have come of those that a server expects to send.
pub struct PullBar(Bar);

impl PullBar {
    /// A bar for one pull.
    pub fn shared(name: &str, json: bool) -> Arc<Self> {
        Arc::new(Self(Bar::new(0, name, "rows", COUNT, json)))
    }

    pub fn finish(&self) {
        self.0.finish();
    }
}

impl ingest::Progress for PullBar {
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
