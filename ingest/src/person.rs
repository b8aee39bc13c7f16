//! Personal identifiers enter the lake as HMAC-SHA256 under a secret that lives outside of it.

use std::path::{Path, PathBuf};

use datasets::lake::Lake;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::IngestError;

/// The secret, and a name for it that tells nothing of it.
#[derive(Clone)]
pub struct PersonKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonKey({})", self.id)
    }
}

impl PersonKey {
    /// A key from its bytes; 32 are expected, more or fewer work.
    pub fn from_bytes(secret: &[u8]) -> Self {
        // HMAC takes keys of any length, so this cannot fail; an empty one would stand in.
        let mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap_or_else(|_| KeyInit::new(&Default::default()));
        let id = hex::encode(Sha256::digest([b"sunlake person key ", secret].concat()))[..8].to_owned();
        Self { mac, id }
    }

    /// The key in `file`, which must be the one that rows of the lake are hashed under; it is made if
    /// it is not there and no row is hashed. `is_new` takes another one, on purpose.
    ///
    /// # Errors
    ///
    /// [`IngestError::PersonKey`]: the key is missing, another one, or none.
    pub async fn of_lake(lake: &Lake, file: &Path, is_new: bool) -> Result<Self, IngestError> {
        let key = Self::load(file)?;
        let another = lake.hashed_under_another(key.as_ref().map(Self::id)).await?;
        let reason = match (key, another) {
            (Some(key), None) => return Ok(key),
            (Some(key), Some(_)) if is_new => return Ok(key),
            (Some(key), Some(id)) => {
                format!("it holds key {}, and rows of {} are hashed under key {id}", key.id, lake.url())
            }
            (None, Some(id)) if !is_new => {
                format!("it is missing, and rows of {} are hashed under key {id}", lake.url())
            }
            (None, _) => return Self::load_or_create(file),
        };
        let remedy = "restore that key from the backup (`sunlake restore --with-keys`, or your own copy), or say in \
                      [privacy] person_key_file where it is; to go on with another key, under which the same person \
                      gets another hash, add --new-person-key";
        Err(IngestError::PersonKey { file: file.display().to_string(), reason: format!("{reason}; {remedy}") })
    }

    /// The key in `file`, which is made, readable by its owner alone, if it is not there.
    pub fn load_or_create(file: &Path) -> Result<Self, IngestError> {
        if let Some(key) = Self::load(file)? {
            return Ok(key);
        }
        let wrong = |error: std::io::Error| IngestError::PersonKey {
            file: file.display().to_string(),
            reason: format!("cannot be made: {error}"),
        };
        Self::read(file, &create(file).map_err(wrong)?)
    }

    /// The keys that there are: that in `file`, and former ones beside it, whose names begin as its own
    /// does and end in `.key`, such as `person-2022.key`. None is made.
    pub fn load_all(file: &Path) -> Result<Vec<Self>, IngestError> {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (own, begin) = (name(file), file.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        let is_key = |path: &PathBuf| {
            let name = name(path);
            name == own || (name.ends_with(".key") && begin.as_ref().is_some_and(|begin| name.starts_with(begin)))
        };
        let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let wrong = |path: &Path, reason: String| IngestError::PersonKey { file: path.display().to_string(), reason };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(wrong(folder, error.to_string())),
        };
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>();
        let mut paths = paths.map_err(|error| wrong(folder, error.to_string()))?;
        paths.sort();
        let mut keys = Vec::new();
        for path in paths.iter().filter(|path| is_key(path)) {
            let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error.to_string()))?;
            keys.push(Self::read(path, &text)?);
        }
        Ok(keys)
    }

    /// The key in `file`, if it is there.
    fn load(file: &Path) -> Result<Option<Self>, IngestError> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::read(file, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(IngestError::PersonKey { file: file.display().to_string(), reason: error.to_string() }),
        }
    }

    fn read(file: &Path, text: &str) -> Result<Self, IngestError> {
        let wrong = |reason: &str| IngestError::PersonKey { file: file.display().to_string(), reason: reason.into() };
        let secret = hex::decode(text.trim()).map_err(|_| wrong("it must hold hexadecimal digits; restore it"))?;
        if secret.len() < 16 {
            return Err(wrong("it holds fewer than 16 bytes; restore it"));
        }
        Ok(Self::from_bytes(&secret))
    }

    /// Where the key rests unless the configuration says otherwise: outside every lake.
    pub fn default_file() -> PathBuf {
        let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
        data.or(home).unwrap_or_else(|| PathBuf::from(".")).join("sunlake/person.key")
    }

    /// The name of the key, kept with each hash.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The hash of an identifier, hexadecimal.
    pub fn hash(&self, identifier: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(identifier.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Makes a file with 32 random bytes that its owner alone can read; its text.
pub(crate) fn create(file: &Path) -> std::io::Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let random =
        [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes).concat();
    let text = hex::encode(Sha256::digest(random));
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut made) => {
            made.write_all(text.as_bytes())?;
            made.sync_all()?;
            tracing::info!(file = %file.display(), "made a key; back it up");
            Ok(text)
        }
        // Another process was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(file),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_gives_the_same_hash_and_is_made_once() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("deep/person.key");
        let first = PersonKey::load_or_create(&file).expect("made");
        let again = PersonKey::load_or_create(&file).expect("read");
        assert_eq!((first.hash("x"), first.id()), (again.hash("x"), again.id()));
        assert_ne!(first.hash("x"), PersonKey::from_bytes(b"another key of some").hash("x"));
        std::fs::write(&file, "zz").expect("write");
        assert!(matches!(PersonKey::load_or_create(&file), Err(IngestError::PersonKey { .. })));
        assert!(matches!(PersonKey::load_all(&file), Err(IngestError::PersonKey { .. })));
    }

    #[test]
    fn former_keys_are_found_beside_the_present_one() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("person.key");
        assert!(PersonKey::load_all(&file).expect("none").is_empty() && !file.exists());
        for (name, digits) in [("person.key", "ab"), ("person-2022.key", "cd"), ("vault.key", "ef")] {
            std::fs::write(dir.path().join(name), digits.repeat(32)).expect("write");
        }
        let found: Vec<String> =
            PersonKey::load_all(&file).expect("read").iter().map(|key| key.id().to_owned()).collect();
        let wanted = [0xcd, 0xab].map(|byte| PersonKey::from_bytes(&[byte; 32]).id().to_owned());
        assert_eq!(found, wanted);
    }
}
