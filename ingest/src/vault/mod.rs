//! The vault: original files and the text of refused rows, outside the lake, encrypted, for a
//! configured time. `originals/SHA-256` holds the bytes of a file as it came, once however often it
//! comes; `quarantine/BATCH/ATTEMPT` the refused records of a batch, one JSON object a line.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datasets::lake::disk::{Disk, StdDisk, create_dir_durably};
use jiff::{SignedDuration, Timestamp};

use crate::IngestError;

mod check;
mod erase;
mod key;
mod seal;
mod texts;

pub use check::{VaultFinding, VaultReport};
pub use erase::VaultErasure;
use key::VaultKey;
pub(crate) use seal::SealWriter;
use seal::{Header, OpenReader};
pub use texts::RawRecord;
pub(crate) use texts::{Raw, TextWriter, text_room};

const ORIGINALS: &str = "originals";
const QUARANTINE: &str = "quarantine";
const TEMP: &str = "_tmp";
/// A file that was not finished within this time never will be.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(24);

/// Where the vault is and what it keeps.
#[derive(Debug, Clone)]
pub struct VaultOptions {
    /// Its folder, outside of every lake.
    pub folder: PathBuf,
    /// File with its key, hexadecimal; made, readable by its owner alone, if it is not there.
    pub key_file: PathBuf,
    /// Days that a file is kept.
    pub keep_days: u32,
    /// Whether original files are kept.
    pub originals: bool,
}

/// An open vault.
pub struct Vault {
    options: VaultOptions,
    key: VaultKey,
    disk: Arc<dyn Disk>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({}, key {})", self.options.folder.display(), self.key.id())
    }
}

impl Vault {
    /// Opens the vault; its key is made if there is neither a key nor a file that needs one.
    pub fn open(options: VaultOptions) -> Result<Self, IngestError> {
        if has_kept(&options) && !options.key_file.exists() {
            let reason = format!(
                "its key {} is missing; restore the key from the backup, or move the folder away to begin anew",
                options.key_file.display()
            );
            return Err(IngestError::Vault { file: options.folder.display().to_string(), reason });
        }
        let key = VaultKey::load_or_create(&options.key_file)?;
        Ok(Self { options, key, disk: Arc::new(StdDisk) })
    }

    /// Opens the vault if there is one, or at least its key; makes nothing.
    pub fn find(options: VaultOptions) -> Result<Option<Self>, IngestError> {
        if has_kept(&options) || options.key_file.exists() { Self::open(options).map(Some) } else { Ok(None) }
    }

    /// The same over a disk of the caller's.
    #[cfg(test)]
    pub(crate) fn on(self, disk: Arc<dyn Disk>) -> Self {
        Self { disk, ..self }
    }

    /// The name of its key.
    pub fn key_id(&self) -> &str {
        self.key.id()
    }

    /// Whether original files are kept.
    pub(crate) fn keeps_originals(&self) -> bool {
        self.options.originals
    }

    /// Begins a file that has no name yet.
    pub(crate) fn begin(&self, now: Timestamp) -> Result<SealWriter, IngestError> {
        let folder = self.options.folder.join(TEMP);
        let temp = folder.join(uuid::Uuid::new_v4().simple().to_string());
        create_dir_durably(self.disk.as_ref(), &folder)
            .and_then(|()| SealWriter::create(self.disk.clone(), temp, &self.key, now))
            .map_err(|error| wrong(&folder, &error))
    }

    /// Keeps an original under the SHA-256 of its bytes; one that is there is kept for longer.
    pub(crate) fn keep_original(&self, original: SealWriter, sha256: &str) -> Result<(), IngestError> {
        let target = self.original(sha256);
        original.publish(&target, &self.name_of(&target)).map_err(|error| wrong(&target, &error))
    }

    /// Whether the original with that SHA-256 is there.
    pub fn has_original(&self, sha256: &str) -> bool {
        self.original(sha256).is_file()
    }

    /// The bytes of the original with that SHA-256, if it is there.
    pub fn read_original(&self, sha256: &str) -> Result<Option<impl Read + use<>>, IngestError> {
        self.read(&self.original(sha256))
    }

    fn original(&self, sha256: &str) -> PathBuf {
        self.options.folder.join(ORIGINALS).join(sha256)
    }

    /// What a file is called within the vault: no file can stand in the place of another.
    fn name_of(&self, file: &Path) -> String {
        file.strip_prefix(&self.options.folder).unwrap_or(file).to_string_lossy().into_owned()
    }

    /// Opens a sealed file, if it is there.
    fn read(&self, file: &Path) -> Result<Option<OpenReader>, IngestError> {
        let mut input = match File::open(file) {
            Ok(file) => BufReader::with_capacity(seal::FRAME, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(file, &error)),
        };
        let header = Header::read(&mut input).map_err(|error| wrong(file, &error))?;
        let broken = |reason: String| IngestError::Vault { file: file.display().to_string(), reason };
        let header = header.ok_or_else(|| broken("it is no sealed file; restore it from the backup".into()))?;
        if header.key_id() != self.key.id() {
            return Err(broken(format!(
                "it was sealed under key {}, and {} holds key {}; restore the former key from the backup",
                header.key_id(),
                self.options.key_file.display(),
                self.key.id()
            )));
        }
        Ok(Some(OpenReader::new(input, header, self.name_of(file), &self.key)))
    }

    /// Removes what has been kept for long enough. How many files went.
    pub fn sweep(&self, now: Timestamp) -> Result<u64, IngestError> {
        let keep = SignedDuration::from_hours(24 * i64::from(self.options.keep_days));
        let mut removed = 0;
        for (name, keep) in [(ORIGINALS, keep), (TEMP, UNFINISHED), (QUARANTINE, keep)] {
            self.sweep_folder(&self.options.folder.join(name), now.saturating_sub(keep).unwrap_or(now), &mut removed)?;
        }
        if removed > 0 {
            tracing::info!(removed, vault = %self.options.folder.display(), "files of the vault have expired");
        }
        Ok(removed)
    }

    fn sweep_folder(&self, folder: &Path, before: Timestamp, removed: &mut u64) -> Result<(), IngestError> {
        for path in entries(folder)? {
            if path.is_dir() {
                self.sweep_folder(&path, before, removed)?;
                // Fails while something is in it, as it should.
                let _ = std::fs::remove_dir(&path);
                continue;
            }
            let header = match File::open(&path) {
                Ok(mut file) => Header::read(&mut file).map_err(|error| wrong(&path, &error))?,
                // Another process has swept it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(wrong(&path, &error)),
            };
            if header.is_none_or(|header| header.kept_at() >= before) {
                continue;
            }
            // What it says of its time holds for what has a name only if that is as it was sealed.
            if !path.starts_with(self.options.folder.join(TEMP))
                && let Err(error) = self.first_frame(&path)
            {
                tracing::warn!(
                    "{error}. It says that it has expired, and stays: `sunlake vault verify` tells of the rest"
                );
                continue;
            }
            match self.disk.remove(&path) {
                Ok(()) => *removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(wrong(&path, &error)),
            }
        }
        Ok(())
    }

    /// Reads the first frame of a file, which proves its header.
    fn first_frame(&self, file: &Path) -> Result<(), IngestError> {
        // One that is gone by now, another process has swept.
        let Some(mut reader) = self.read(file)? else { return Ok(()) };
        reader.read(&mut [0]).map(|_| ()).map_err(|error| wrong(file, &error))
    }
}

/// Whether anything has been kept.
fn has_kept(options: &VaultOptions) -> bool {
    [ORIGINALS, QUARANTINE].iter().any(|name| options.folder.join(name).is_dir())
}

/// What is in a folder, in order; nothing if it is not there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(folder, &error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    let mut paths = paths.map_err(|error| wrong(folder, &error))?;
    paths.sort();
    Ok(paths)
}

/// The disk said no to a file that has no name yet.
pub(crate) fn unwritten(error: &io::Error) -> IngestError {
    wrong(Path::new("an original"), error)
}

/// The disk said no.
fn wrong(file: &Path, error: &io::Error) -> IngestError {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    let remedy = if full { "; free some space and run the same command again; nothing has landed" } else { "" };
    IngestError::Vault { file: file.display().to_string(), reason: format!("{error}{remedy}") }
}

#[cfg(test)]
mod tests;
