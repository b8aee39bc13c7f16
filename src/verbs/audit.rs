use std::os::unix::fs::MetadataExt;

use anyhow::{Result, bail};
use datasets::audit::AuditLog;

use super::Shared;
use crate::cli::AuditVerb;
use crate::output::{counted, say};

pub fn run(shared: &Shared, verb: &AuditVerb) -> Result<()> {
    let log = AuditLog::at(shared.config.audit_file());
    match verb {
        AuditVerb::List => list(shared, &log),
        AuditVerb::Verify => verify(shared, &log),
    }
}

fn list(shared: &Shared, log: &AuditLog) -> Result<()> {
    let entries = log.entries()?;
    if shared.global.json {
        say!("{}", serde_json::to_string(&entries)?);
        return Ok(());
    }
    if entries.is_empty() {
        say!("there is no entry yet");
    }
    for entry in &entries {
        let fields = serde_json::to_string(&entry.fields)?;
        say!("{:>6} {} {:<12} {:<12} {fields}", entry.seq, entry.at, entry.actor, entry.action);
    }
    Ok(())
}

fn verify(shared: &Shared, log: &AuditLog) -> Result<()> {
    let found = log.verify()?;
    if shared.global.json {
        say!("{}", serde_json::to_string(&found)?);
    } else {
        let last = found.last.as_deref().map(|hash| format!("; the last has hash {hash}")).unwrap_or_default();
        let entries = counted(found.entries, "entry", "entries");
        say!("{entries}, each as it was and behind the one that it followed{last}");
        if found.torn > 0 {
            say!(
                "behind them an append was broken off and never acknowledged; the next entry cuts off what it left: {}",
                counted(found.torn, "byte", "bytes")
            );
        }
    }
    match found.fault {
        None => Ok(()),
        Some(fault) => {
            bail!("audit log {}, {fault}; what stands behind it proves nothing", shared.config.audit_file().display())
        }
    }
}

/// The user of the operating system, or - if that cannot be told.
pub fn actor() -> String {
    let Ok(process) = std::fs::metadata("/proc/self") else { return "-".to_owned() };
    let uid = process.uid().to_string();
    // Users of a directory service are in no file: their number names them.
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == uid).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("uid {uid}"))
}
