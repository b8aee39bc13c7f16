//! Progress bars, on a terminal alone.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar in `unit`s; hidden if standard error is no terminal.
pub fn bar(total: u64, what: &str, bytes: bool) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = if bytes {
        "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}"
    } else {
        "{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta}"
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style).with_message(what.to_owned())
}

/// Shows how far a file has been read.
pub struct ReadBar(pub ProgressBar);

impl ingest::Progress for ReadBar {
    fn read(&self, bytes: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(bytes);
    }
}

impl ReadBar {
    /// A bar for one file.
    pub fn shared(name: &str) -> Arc<Self> {
        Arc::new(Self(bar(0, name, true)))
    }
}
