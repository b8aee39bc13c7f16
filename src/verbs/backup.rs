//! `backup` and `restore`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{self, BackupOptions, LakeError, LakeUrl};
use datasets::remote::RemoteError;

use super::Shared;
use super::lake::sized;
use crate::cli::{BackupArgs, Misuse, RestoreArgs};
use crate::output::{counted, say};
use crate::progress::Bar;

pub async fn backup(shared: &Shared, args: &BackupArgs) -> Result<()> {
    let lake = shared.lake().await?;
    let keys = if args.with_keys { keys(shared)? } else { Vec::new() };
    if let Some(missing) = keys.iter().find(|key| !key.is_file()) {
        bail!(
            "key {} is missing, and nothing was copied; put it back, say in the configuration where it is, or leave out \
             --with-keys",
            missing.display()
        );
    }
    let (now, audit) = (SystemClock::default().now(), shared.config.audit_file());
    let options = BackupOptions { now, check: args.check, keys, audit, dry_run: args.dry_run };
    let bar = Bar::of_bytes("backup", "copied", shared.global.json);
    let made = lake.backup(&url(&args.url)?, &options, &|done, of| bar.at_of(done, of)).await;
    bar.finish();
    let report = made?;
    if shared.global.json {
        say!("{}", serde_json::json!({ "dry_run": args.dry_run, "backup": report }));
        return Ok(());
    }
    let does = if args.dry_run { "would be copied" } else { "copied" };
    let files = counted(report.files, "file", "files");
    say!("{}: {} of {files} {does}, {}", report.place, report.copied, sized(report.copied_bytes));
    if !args.dry_run {
        let size = sized(report.bytes);
        match args.check {
            true => say!("the backup holds {size} and is equal to the lake: all was read on both sides"),
            false => {
                say!("the backup holds {size}; what was copied was read again (--check reads what was there, too)")
            }
        }
        if report.removed > 0 {
            say!(
                "removed of earlier backups, since it does not need them: {}",
                counted(report.removed, "file", "files")
            );
        }
    }
    Ok(())
}

pub async fn restore(shared: &Shared, args: &RestoreArgs) -> Result<()> {
    let keys = if args.with_keys { keys(shared)? } else { Vec::new() };
    let (from, to, audit) = (url(&args.url)?, shared.lake_url()?, shared.config.audit_file());
    let bar = Bar::of_bytes("restore", "copied", shared.global.json);
    let watch = |done: u64, of: u64| bar.at_of(done, of);
    let made = lake::restore(&from, &to, &keys, &audit, args.dry_run, &watch).await;
    bar.finish();
    let report = made?;
    if shared.global.json {
        say!("{}", serde_json::json!({ "dry_run": args.dry_run, "restore": report }));
        return Ok(());
    }
    let does = if args.dry_run { "would be restored" } else { "restored" };
    let files = counted(report.files, "file", "files");
    say!("{}: {files}, {} {does}, each as its manifest says", report.lake, sized(report.bytes));
    for key in &report.keys {
        say!("key {key} {does}");
    }
    if let Some(log) = &report.audit {
        say!("audit log {log} {does}");
    }
    for key in &report.missing_keys {
        eprintln!("sunlake: the backup has no key for {key}; bring it from where it is kept");
    }
    Ok(())
}

/// Files of the secrets that records of a lake rest on.
fn keys(shared: &Shared) -> Result<Vec<PathBuf>> {
    let (person, vault) = (shared.config.person_key_file(), shared.config.vault().key_file);
    // A backup has them by name.
    if person.file_name() == vault.file_name() {
        bail!(Misuse(format!("{} and {} have one name; give one of them another", person.display(), vault.display())));
    }
    Ok(vec![person, vault])
}

fn url(text: &str) -> Result<LakeUrl> {
    LakeUrl::of_backup(text).map_err(|error| match error {
        // The address is right.
        LakeError::Remote(RemoteError::Environment { .. } | RemoteError::Unusable { .. }) => error.into(),
        wrong => Misuse(wrong.to_string()).into(),
    })
}
