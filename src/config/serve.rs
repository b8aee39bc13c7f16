//! `[serve]`: how much the server takes on.

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::limit::open_files;

/// More than any machine answers at a time.
const MOST: usize = 100_000;

/// `[serve]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeSection {
    /// Connections at a time; those beyond wait. At most half of the files that the process may open
    /// (`ulimit -n`). Default: 1,024.
    pub max_connections: usize,
    /// Names that browsers ask for it by, beside those of loopback. Default: none.
    pub hosts: Vec<String>,
}

impl Default for ServeSection {
    fn default() -> Self {
        Self { max_connections: dashboard::Limits::default().connections, hosts: Vec::new() }
    }
}

/// Checks the section.
pub fn resolve(section: &ServeSection) -> Result<dashboard::Limits> {
    let told = section.max_connections;
    if !(1..=MOST).contains(&told) {
        bail!("[serve]: max_connections is {told}; give a whole number from 1 to {MOST}");
    }
    // The lake needs files, too.
    let half = open_files().and_then(|files| usize::try_from(files / 2).ok()).unwrap_or(MOST);
    Ok(dashboard::Limits { connections: told.min(half.max(1)), ..dashboard::Limits::default() })
}
