//! `[[watch]]`: folders whose files land by themselves.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use ingest::Mapping;
use ingest::watch::{Pattern, Watch};
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
    if others.iter().any(|other| other.folder == *folder && other.pattern == Pattern::from(pattern.as_str())) {
        bail!("another section watches this folder with the same pattern; keep one of them");
    }
    let done = done.clone().unwrap_or_else(|| folder.join("done"));
    let failed = failed.clone().unwrap_or_else(|| folder.join("failed"));
    if done == *folder || failed == *folder || done == failed {
        bail!("folder, done and failed must be three folders, or files would land again");
    }
    Ok(Watch {
        folder: folder.clone(),
        mapping: Mapping::find(mapping)?,
        pattern: pattern.as_str().into(),
        settle: Duration::from_secs(*settle_seconds),
        done,
        failed,
    })
}
