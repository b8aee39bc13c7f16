//! Notification by the operating system. It saves waiting, and tells what was renamed in; whatever
//! it misses is found by looking.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use notify::event::{ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

#[derive(Default)]
pub(super) struct Eye {
    shared: Arc<Shared>,
    /// With the folder (device and inode) that it looks at: another may get its name.
    open: Option<((u64, u64), Option<RecommendedWatcher>)>,
}

#[derive(Default)]
struct Shared {
    arrived: Mutex<HashSet<OsString>>,
    wake: Notify,
}

impl Eye {
    /// Looks at the folder, if it is there.
    pub(super) fn open(&mut self, folder: &Path) {
        let Ok(found) = std::fs::metadata(folder) else { return };
        let found = (found.dev(), found.ino());
        if self.open.as_ref().is_some_and(|(held, _)| *held == found) {
            return;
        }
        let watcher = self.watcher(folder);
        if let Err(error) = &watcher {
            tracing::warn!("changes in {} are not told ({error}); it is looked at now and then", folder.display());
        }
        self.open = Some((found, watcher.ok()));
    }

    fn watcher(&self, folder: &Path) -> notify::Result<RecommendedWatcher> {
        let shared = self.shared.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                shared.take(event);
            }
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    }

    /// Names that were given to whole files since it was asked last.
    pub(super) fn arrived(&self) -> HashSet<OsString> {
        std::mem::take(&mut *self.shared.arrived.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// When something has appeared.
    pub(super) async fn wakes(&self) {
        self.shared.wake.notified().await;
    }
}

impl Shared {
    fn take(&self, event: Event) {
        match event.kind {
            EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => {
                if let Some(name) = event.paths.last().and_then(|path| path.file_name()) {
                    let mut arrived = self.arrived.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    arrived.insert(name.to_owned());
                }
            }
            EventKind::Create(_) => {}
            // What is being written is looked at soon anyway.
            _ => return,
        }
        self.wake.notify_one();
    }
}
