//! What files are in a folder, and whether they change.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use super::Pattern;

/// What tells that a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device and inode.
    file: (u64, u64),
}

impl Print {
    /// Of a regular file; nothing of anything else, or if it is gone.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = std::fs::symlink_metadata(path).ok().filter(|found| found.is_file())?;
        Some(Self { bytes: found.len(), modified: found.modified().ok(), file: (found.dev(), found.ino()) })
    }

    pub(super) fn is_empty(self) -> bool {
        self.bytes == 0
    }
}

/// The files that are meant, by name. Folders, links and what is still being written are not.
pub(super) async fn list(folder: &Path, pattern: &Pattern) -> io::Result<Vec<(OsString, Print)>> {
    let (folder, pattern) = (folder.to_owned(), pattern.clone());
    tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let name = entry?.file_name();
            if is_meant(&name, &pattern)
                && let Some(print) = Print::of(&folder.join(&name))
            {
                found.push((name, print));
            }
        }
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(found)
    })
    .await
    .map_err(io::Error::other)?
}

fn is_meant(name: &OsStr, pattern: &Pattern) -> bool {
    let name = name.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let unfinished = name.starts_with('.') || lower.ends_with(".part") || lower.ends_with(".tmp");
    !unfinished && pattern.matches(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_whole_files_that_are_meant_are_listed() {
        let dir = tempfile::tempdir().expect("dir");
        for name in ["b.csv", "a.csv", ".c.csv", "d.csv.part", "e.TMP", "f.txt"] {
            std::fs::write(dir.path().join(name), name).expect("written");
        }
        std::fs::create_dir(dir.path().join("g.csv")).expect("folder");
        std::os::unix::fs::symlink(dir.path().join("a.csv"), dir.path().join("h.csv")).expect("link");
        let pattern: Pattern = "*.csv".into();
        let names = list(dir.path(), &pattern).await.expect("listed").into_iter().map(|(name, _)| name);
        assert_eq!(names.collect::<Vec<_>>(), ["a.csv", "b.csv"]);
        assert!(list(&dir.path().join("none"), &pattern).await.is_err());
    }
}
