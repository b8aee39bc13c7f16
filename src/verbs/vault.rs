//! What the vault keeps: whether it is whole, and originals out of it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ingest::{Vault, VaultFinding};

use super::Shared;
use super::lake::sized;
use crate::cli::{Misuse, VaultVerb};
use crate::output::{counted, say};
use crate::progress::Bar;

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

pub async fn run(shared: &Shared, verb: &VaultVerb) -> Result<()> {
    let Some(vault) = shared.find_vault()? else {
        let folder = shared.config.vault().folder;
        bail!("there is no vault at {}; [vault] folder in the configuration says where it is", folder.display());
    };
    match verb {
        VaultVerb::Verify => verify(shared, vault).await,
        VaultVerb::Get { sha256, out } => get(shared, vault, &sha256.to_lowercase(), out).await,
    }
}

async fn verify(shared: &Shared, vault: Arc<Vault>) -> Result<()> {
    let bar = Bar::counting(0, "vault", "files", shared.global.json);
    let work = move || {
        let verified = vault.verify_watched(&|done, of| bar.at_of(done, of));
        bar.finish();
        verified
    };
    let report = tokio::task::spawn_blocking(work).await??;
    if shared.global.json {
        say!("{}", serde_json::to_string(&report)?);
    } else {
        let originals = counted(report.originals, "original", "originals");
        let (bytes, texts) = (sized(report.original_bytes), counted(report.texts, "file", "files"));
        say!("kept are {originals} of {bytes} and {texts} of refused rows");
        for VaultFinding { file, what } in &report.findings {
            say!("{file}: {what}");
        }
    }
    match report.findings.len() {
        0 => Ok(()),
        wrong => bail!("files of the vault that are wrong: {wrong}"),
    }
}

/// Writes an original under a name that it gets only once it has proved to be what was kept.
async fn get(shared: &Shared, vault: Arc<Vault>, sha256: &str, out: &Path) -> Result<()> {
    if sha256.len() != DIGITS || !sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        bail!(Misuse(format!("{sha256:?} is no SHA-256; give its {DIGITS} hexadecimal digits")));
    }
    let (wanted, target) = (sha256.to_owned(), out.to_owned());
    let work = move || -> Result<u64> {
        let shown = || target.display().to_string();
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Its owner alone can read it.
        let mut part = tempfile::Builder::new().prefix(".sunlake-").tempfile_in(folder).with_context(shown)?;
        let copied = vault.copy_original(&wanted, part.as_file_mut())?;
        let bytes = copied.with_context(|| format!("no original {wanted} is kept: it has expired, or never was"))?;
        part.as_file().sync_all().with_context(shown)?;
        part.persist_noclobber(&target).map_err(|error| error.error).with_context(shown)?;
        Ok(bytes)
    };
    let bytes = tokio::task::spawn_blocking(work).await??;
    if shared.global.json {
        say!("{}", serde_json::json!({ "file": out.display().to_string(), "sha256": sha256, "bytes": bytes }));
    } else {
        say!("{}: {}; it may name people", out.display(), sized(bytes));
    }
    Ok(())
}
