//! `[[watch]]`: folders whose files land by themselves.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use ingest::Mapping;
use ingest::watch::Watch;
use serde::Deserialize;

use super::at;

/// `[[watch]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchSection {
    /// The folder; it may appear later.
    pub folder: PathBuf,
    /// A shipped mapping or a TOML file.
    pub mapping: String,
    /// Names of the files that are meant: `*` any characters, `?` one. Default: all.
    #[serde(default = "all")]
    pub pattern: String,
    /// A file that was not renamed in is complete when it has not changed for so long. Default: 5.
    #[serde(default = "five")]
    pub settle_seconds: u64,
    /// Where files go that have landed. Default: `done` in the folder.
    #[serde(default)]
    pub done: Option<PathBuf>,
    /// Where files go of which nothing can land. Default: `failed` in the folder.
    #[serde(default)]
    pub failed: Option<PathBuf>,
}

fn all() -> String {
    "*".into()
}

fn five() -> u64 {
    5
}

/// Checks the sections.
pub fn resolve(sections: &[WatchSection]) -> Result<Vec<Watch>> {
    let mut watches: Vec<Watch> = Vec::new();
    for (number, section) in sections.iter().enumerate() {
        let name = section.folder.display().to_string();
        let watch = check(section, &watches).map_err(|error| at("watch", number, &name, error))?;
        watches.push(watch);
    }
    Ok(watches)
}

fn check(section: &WatchSection, others: &[Watch]) -> Result<Watch> {
    let WatchSection { folder, mapping, pattern, settle_seconds, done, failed } = section;
    if folder.as_os_str().is_empty() {
        bail!("folder is empty; name the folder to watch");
    }
    if pattern.is_empty() || pattern.contains('/') {
        bail!("pattern is {pattern:?}; give a pattern of file names, such as *.csv");
    }
    if *settle_seconds > 86_400 {
        bail!("settle_seconds is {settle_seconds}; give a whole number from 0 to 86400");
    }
    let watch = Watch {
        folder: folder.clone(),
        mapping: Mapping::find(mapping)?,
        pattern: pattern.as_str().into(),
        settle: Duration::from_secs(*settle_seconds),
        done: done.clone().unwrap_or_else(|| folder.join("done")),
        failed: failed.clone().unwrap_or_else(|| folder.join("failed")),
    };
    let [own, done, failed] = [&watch.folder, &watch.done, &watch.failed].map(|path| place(path));
    if done == own || failed == own || done == failed {
        bail!("folder, done and failed must be three folders, or files would land again");
    }
    for other in others {
        let [folder, their_done, their_failed] = [&other.folder, &other.done, &other.failed].map(|path| place(path));
        if folder == own && other.pattern.overlaps(&watch.pattern) {
            bail!(
                "another section watches this folder, and some names fit both patterns; make them exclude each other"
            );
        }
        if [&done, &failed].contains(&&folder) || [&their_done, &their_failed].contains(&&own) {
            bail!("done or failed of one section is the folder of another, where files would land again; name others");
        }
    }
    Ok(watch)
}

/// Where a path leads, however it is spelled: links are followed as far as it is there.
fn place(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut place = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                place.pop();
            }
            part => {
                place.push(part);
                if let Ok(found) = place.canonicalize() {
                    place = found;
                }
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(folder: &Path, pattern: &str, done: Option<PathBuf>) -> WatchSection {
        WatchSection {
            folder: folder.to_owned(),
            mapping: "workflow_case".into(),
            pattern: pattern.into(),
            settle_seconds: 5,
            done,
            failed: None,
        }
    }

    #[test]
    fn a_folder_is_the_same_however_it_is_spelled() {
        let dir = tempfile::tempdir().expect("dir");
        let (own, alias) = (dir.path().join("in"), dir.path().join("alias"));
        std::fs::create_dir(&own).expect("folder");
        std::os::unix::fs::symlink(&own, &alias).expect("link");
        let refused = |sections: &[WatchSection]| {
            let error = resolve(sections).expect_err("refused");
            error.to_string()
        };
        for done in [own.join("."), own.join("../in"), alias.clone(), own.join("later/..")] {
            let message = refused(&[section(&own, "*", Some(done.clone()))]);
            assert!(message.contains("three folders"), "{}: {message}", done.display());
        }
        let (other, cases) = (dir.path().join("other"), section(&own, "case_*", None));
        let message = refused(&[cases.clone(), section(&other, "*", Some(alias.clone()))]);
        assert!(message.contains("is the folder of another"), "{message}");
        let message = refused(&[section(&other, "*", Some(own.clone())), cases.clone()]);
        assert!(message.contains("is the folder of another"), "{message}");
        let message = refused(&[cases.clone(), section(&alias, "*.csv", None)]);
        assert!(message.contains("fit both patterns"), "{message}");
        let shared = Some(dir.path().join("done"));
        let sound = [cases, section(&alias, "event_*", shared.clone()), section(&other, "*", shared)];
        assert_eq!(resolve(&sound).expect("sound").len(), 3);
    }
}
