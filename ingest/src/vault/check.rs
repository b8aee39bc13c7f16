//! Whether the vault still has what was put into it, and taking an original out.

use std::io::{self, Read, Write};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{ORIGINALS, QUARANTINE, Vault, entries, seal, wrong};
use crate::IngestError;

/// What reading every byte of the vault has told.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VaultReport {
    /// Original files, and their bytes as they came.
    pub originals: u64,
    pub original_bytes: u64,
    /// Files with the text of refused records, one an attempt of a batch.
    pub texts: u64,
    pub findings: Vec<VaultFinding>,
}

/// A file that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VaultFinding {
    pub file: String,
    pub what: String,
}

impl Vault {
    /// Decrypts every file; an original must have the SHA-256 that it is called by. What is gone as a
    /// whole is not told from what has expired.
    pub fn verify(&self) -> Result<VaultReport, IngestError> {
        self.verify_watched(&|_, _| ())
    }

    /// The same; `watch` hears after each file how many are done of how many.
    pub fn verify_watched(&self, watch: &dyn Fn(u64, u64)) -> Result<VaultReport, IngestError> {
        let mut report = VaultReport::default();
        let originals = entries(&self.options.folder.join(ORIGINALS))?;
        let mut texts = Vec::new();
        for batch in entries(&self.options.folder.join(QUARANTINE))? {
            texts.extend(entries(&batch)?);
        }
        let of = (originals.len() + texts.len()) as u64;
        let mut done = 0;
        let mut tell = || {
            done += 1;
            watch(done, of);
        };
        for file in originals {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match self.copy_original(&name, &mut io::sink()) {
                Ok(Some(bytes)) => {
                    report.originals += 1;
                    report.original_bytes += bytes;
                }
                // Swept meanwhile.
                Ok(None) => {}
                Err(error) => report.find(&file, error),
            }
            tell();
        }
        for file in texts {
            match self.records(&file, &mut |_| Ok(())) {
                Ok(()) => report.texts += 1,
                Err(error) => report.find(&file, error),
            }
            tell();
        }
        Ok(report)
    }

    /// Hands the bytes of the original with that SHA-256 to `out`; how many, nothing if it is not
    /// there. Only once it ends well are they those that were kept.
    pub fn copy_original(&self, sha256: &str, out: &mut dyn Write) -> Result<Option<u64>, IngestError> {
        let file = self.original(sha256);
        let Some(mut reader) = self.read_original(sha256)? else { return Ok(None) };
        let told = |reason: String| IngestError::Vault { file: file.display().to_string(), reason };
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        let mut buffer = vec![0; seal::FRAME];
        loop {
            let count = reader.read(&mut buffer).map_err(|error| wrong(&file, &error))?;
            if count == 0 {
                break;
            }
            digest.update(&buffer[..count]);
            out.write_all(&buffer[..count]).map_err(|error| told(format!("its copy cannot be written: {error}")))?;
            bytes += count as u64;
        }
        let found = hex::encode(digest.finalize());
        if found != sha256 {
            return Err(told(format!("its bytes have SHA-256 {found}, so they are another file's; restore it")));
        }
        Ok(Some(bytes))
    }
}

impl VaultReport {
    fn find(&mut self, file: &Path, error: IngestError) {
        let what = match error {
            IngestError::Vault { reason, .. } => reason,
            other => other.to_string(),
        };
        self.findings.push(VaultFinding { file: file.display().to_string(), what });
    }
}
