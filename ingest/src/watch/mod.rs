//! A watched folder: files that are complete land, one after another, and move to a folder for
//! what is done or one for what failed, each with its receipt beside it. A file that had landed when
//! the program was killed is found to have landed, and moves.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datasets::clock::Clock;
use datasets::lake::Lake;
use readers::ReadError;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::{IngestError, IngestOptions, Input, Mapping, PersonKey, Vault, ingest};

mod eye;
mod folder;
mod pattern;
mod seen;
mod shelve;

use eye::Eye;
use folder::{Print, list};
pub use pattern::Pattern;
use seen::Seen;

/// Some file systems tell nothing of what happens in them, so all are looked at this often.
const RESCAN: Duration = Duration::from_secs(2);
/// The shortest time between two looks at files that are not complete yet.
const SOON: Duration = Duration::from_millis(100);
/// After this a file is tried again that the lake did not take, through no fault of its own.
const AGAIN: Duration = Duration::from_secs(10);
/// After this a file is tried again that landed and cannot be moved.
const STUCK: Duration = Duration::from_secs(60);

/// What is watched.
#[derive(Debug, Clone)]
pub struct Watch {
    pub folder: PathBuf,
    pub mapping: Mapping,
    /// Names of the files that are meant.
    pub pattern: Pattern,
    /// A file that was not renamed in is complete when nothing has changed for so long.
    pub settle: Duration,
    /// Where files go that have landed; made if missing.
    pub done: PathBuf,
    /// Where files go of which nothing can land; made if missing.
    pub failed: PathBuf,
}

/// What landing needs.
#[derive(Clone)]
pub struct Landing {
    pub lake: Arc<Lake>,
    pub clock: Arc<dyn Clock>,
    pub person: PersonKey,
    /// Where originals and refused records are kept; none: they are not.
    pub vault: Option<Arc<Vault>>,
    /// Told of each landing.
    pub news: Arc<Notify>,
}

/// Watches until it is dropped.
pub async fn watch(watch: Watch, landing: Landing) {
    let mut eye = Eye::default();
    let mut seen = Seen::default();
    let mut is_missing = false;
    loop {
        eye.open(&watch.folder);
        let arrived = eye.arrived();
        let mut pause = RESCAN;
        match list(&watch.folder, &watch.pattern).await {
            Ok(found) => {
                if std::mem::take(&mut is_missing) {
                    tracing::info!(folder = %watch.folder.display(), "the watched folder is there now");
                }
                for name in seen.complete(found, &arrived, Instant::now(), watch.settle) {
                    if let Some(wait) = land(&watch, &landing, &name).await {
                        seen.put_off(&name, Instant::now() + wait);
                    }
                }
                if seen.is_waiting() {
                    pause = watch.settle.clamp(SOON, RESCAN);
                }
            }
            Err(error) => {
                // Said once; it is looked for on and on.
                if !std::mem::replace(&mut is_missing, true) {
                    tracing::warn!("watched folder {}: {error}; it is looked for", watch.folder.display());
                }
                seen = Seen::default();
                eye = Eye::default();
            }
        }
        tokio::select! {
            () = eye.wakes() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Lands a file and moves it; after how long to try again if that is to be.
async fn land(watch: &Watch, landing: &Landing, name: &OsStr) -> Option<Duration> {
    let path = watch.folder.join(name);
    let before = Print::of(&path)?;
    let (now, person, vault) = (landing.clock.now(), landing.person.clone(), landing.vault.clone());
    let options = IngestOptions { dry_run: false, now, person, progress: None, vault };
    let landed = ingest(Some(&landing.lake), &watch.mapping, &Input::file(&path), &options).await;
    if landed.is_ok() {
        landing.news.notify_one();
    }
    if Print::of(&path) != Some(before) {
        tracing::warn!(file = %path.display(), "it changed while it was read, and is landed again when it is complete");
        return None;
    }
    let (folder, receipt) = match &landed {
        Ok(receipt) => (&watch.done, serde_json::to_value(receipt).unwrap_or_default()),
        Err(error) if is_of_the_file(error) => (&watch.failed, of_failed(watch, name, error)),
        Err(error) => {
            tracing::warn!(file = %path.display(), "it is tried again in {} s: {error}", AGAIN.as_secs());
            return Some(AGAIN);
        }
    };
    match shelve::shelve(path.clone(), before, folder.clone(), receipt).await {
        Ok(None) => {
            tracing::warn!(file = %path.display(), "it changed while it moved, and is landed again when it is complete");
            None
        }
        Ok(Some(place)) => {
            match &landed {
                Ok(receipt) => tracing::info!(file = %place.display(), outcome = receipt.outcome, "landed"),
                Err(error) => tracing::warn!(file = %place.display(), "nothing of it landed: {error}"),
            }
            None
        }
        Err(error) => {
            let (file, to) = (path.display(), folder.display());
            tracing::warn!("{file} cannot be moved to {to}: {error}; check permission and space");
            Some(STUCK)
        }
    }
}

/// Whether another try of the same bytes would fail in the same way.
fn is_of_the_file(error: &IngestError) -> bool {
    use IngestError::{Lake, PersonKey, Read, Vault};
    use ReadError::{Changed, Open};
    !matches!(error, Read(Changed { .. } | Open { .. }) | Lake(_) | PersonKey { .. } | Vault { .. })
}

fn of_failed(watch: &Watch, name: &OsStr, error: &IngestError) -> Value {
    json!({
        "file": name.to_string_lossy(),
        "mapping": watch.mapping.name,
        "outcome": "failed",
        "error": error.to_string(),
    })
}

#[cfg(test)]
mod tests;
