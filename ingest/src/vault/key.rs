//! The key of the vault: 32 bytes in a file that its owner alone can read.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::IngestError;

/// The secret, and a name for it that tells nothing of it.
pub(crate) struct VaultKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl VaultKey {
    pub(super) fn from_bytes(secret: &[u8]) -> Self {
        // HMAC takes keys of any length, so this cannot fail; an empty one would stand in.
        let mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap_or_else(|_| KeyInit::new(&Default::default()));
        let id = hex::encode(Sha256::digest([b"sunlake vault key ", secret].concat()))[..8].to_owned();
        Self { mac, id }
    }

    /// The key in `file`, which is made if it is not there.
    pub(super) fn load_or_create(file: &Path) -> Result<Self, IngestError> {
        let wrong = |reason: String| IngestError::Vault { file: file.display().to_string(), reason };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                crate::person::create(file).map_err(|error| wrong(format!("the key cannot be made: {error}")))?
            }
            Err(error) => return Err(wrong(format!("the key cannot be read: {error}"))),
        };
        match hex::decode(text.trim()) {
            Ok(secret) if secret.len() >= 32 => Ok(Self::from_bytes(&secret)),
            _ => Err(wrong("the key must be 64 hexadecimal digits; restore it from the backup".into())),
        }
    }

    /// Its name, in the header of each file.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The key of one file, so that the numbers of its frames can be nonces.
    pub(super) fn of_file(&self, salt: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(b"sunlake vault file ");
        mac.update(salt);
        let mut key = [0; 32];
        key.copy_from_slice(&mac.finalize().into_bytes());
        key
    }
}
