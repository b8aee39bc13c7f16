//! What a batch is called: its bytes and the mapping, whatever the file's name.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use readers::{Opened, ReadError};
use sha2::{Digest, Sha256};

use crate::vault::SealWriter;
use crate::{IngestError, Mapping};

/// What reading a file for its name has told.
pub(crate) struct Identified {
    /// `sha256(bytes + mapping version)`.
    pub(crate) batch_id: String,
    pub(crate) bytes: u64,
    /// SHA-256 of the bytes alone.
    pub(crate) sha256: String,
    /// The bytes, encrypted and not yet kept.
    pub(crate) sealed: Option<SealWriter>,
    /// The file, which later readings are of too; nothing where the bytes are in none.
    pub(crate) opened: Option<Opened>,
}

/// Reads a file once: for its name and, on the way, for the vault.
pub(crate) fn identify(
    path: &Path,
    name: &str,
    mapping: &Mapping,
    mut sealed: Option<SealWriter>,
) -> Result<Identified, IngestError> {
    let opened = Opened::open(path, name)?;
    let mut file = opened.reading();
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1024 * 1024];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                digest.update(&buffer[..count]);
                if let Some(sealed) = &mut sealed {
                    sealed.write(&buffer[..count]).map_err(|error| crate::vault::unwritten(&error))?;
                }
                bytes += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(source) => return Err(ReadError::Open { file: name.to_owned(), source }.into()),
        }
    }
    let sha256 = hex::encode(digest.clone().finalize());
    let batch_id = hex::encode(named(&digest, &mapping.name, &mapping.version).finalize());
    Ok(Identified { batch_id, bytes, sha256, sealed, opened: Some(opened) })
}

/// What names the batch of the bytes that `digest` has had, read through a mapping.
pub(crate) fn named(digest: &Sha256, mapping: &str, version: &str) -> Sha256 {
    let mut digest = digest.clone();
    digest.update(mapping.as_bytes());
    digest.update(version.as_bytes());
    digest
}

/// The name of a batch whose bytes have landed before, from an extract of an earlier time: a source may
/// come back to what it said once, and extracts without records are all alike.
pub(crate) fn named_again(batch_id: &str, extracted: Timestamp) -> String {
    let mut digest = Sha256::new();
    digest.update(batch_id.as_bytes());
    digest.update(extracted.as_microsecond().to_le_bytes());
    hex::encode(digest.finalize())
}
