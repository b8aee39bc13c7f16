//! What a batch is called: its bytes and the mapping, whatever the file's name.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{IngestError, Mapping};

/// `sha256(bytes + mapping version)` and the number of bytes.
pub(crate) fn identify(path: &Path, name: &str, mapping: &Mapping) -> Result<(String, u64), IngestError> {
    let mut file = crate::source::open(path, name)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1024 * 1024];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                digest.update(&buffer[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(source) => return Err(IngestError::Open { file: name.to_owned(), source }),
        }
    }
    digest.update(mapping.name.as_bytes());
    digest.update(mapping.version.as_bytes());
    Ok((hex::encode(digest.finalize()), bytes))
}
