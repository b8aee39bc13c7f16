//! Which files are complete: those that were renamed in, and those that have stopped changing.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use tokio::time::Instant;

use super::folder::Print;

/// An empty file is mostly one that is about to be written: it is left alone for so long.
const EMPTY: Duration = Duration::from_secs(600);

/// The files of a folder as they were seen last.
#[derive(Default)]
pub(super) struct Seen {
    files: HashMap<OsString, Look>,
}

struct Look {
    print: Print,
    since: Instant,
    /// Not before then.
    put_off: Option<Instant>,
}

impl Seen {
    /// Takes a look; the names of those that are complete, in the order of what was found.
    pub(super) fn complete(
        &mut self,
        found: Vec<(OsString, Print)>,
        arrived: &HashSet<OsString>,
        now: Instant,
        settle: Duration,
    ) -> Vec<OsString> {
        let mut held = std::mem::take(&mut self.files);
        let mut complete = Vec::new();
        for (name, print) in found {
            let fresh = Look { print, since: now, put_off: None };
            let look = held.remove(&name).filter(|look| look.print == print).unwrap_or(fresh);
            let settle = if print.is_empty() { settle.max(EMPTY) } else { settle };
            let is_whole = arrived.contains(&name) || now.duration_since(look.since) >= settle;
            if is_whole && look.put_off.is_none_or(|then| now >= then) {
                complete.push(name.clone());
            }
            self.files.insert(name, look);
        }
        complete
    }

    /// Leaves a file alone until then, unless it changes.
    pub(super) fn put_off(&mut self, name: &OsStr, then: Instant) {
        if let Some(look) = self.files.get_mut(name) {
            look.put_off = Some(then);
        }
    }

    /// Whether there is any file that nothing hinders but time.
    pub(super) fn is_waiting(&self) -> bool {
        self.files.values().any(|look| look.put_off.is_none() && !look.print.is_empty())
    }
}
