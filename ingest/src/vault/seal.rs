//! A sealed file: a header (mark, id of the key, salt, time of keeping), then frames of 64 KiB, each
//! encrypted by ChaCha20-Poly1305 under a key of the file's own. A frame's nonce is its number and
//! whether it is the last; the last is shorter than the others, so that a cut at any place is seen.
//! Each frame is bound to the header, and the last one, which is sealed when the file gets its name,
//! to that name too; files of version 1 are not.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use datasets::lake::disk::{Disk, DiskFile, Publish, publish};
use jiff::Timestamp;

use super::key::VaultKey;

/// Bytes of a frame before it is encrypted.
pub(super) const FRAME: usize = 64 * 1024;
/// Bytes that authenticate a frame.
pub(super) const TAG: usize = 16;
/// What every sealed file begins with: of version 1, whose names are not bound, and of this one.
const MARK_1: &[u8; 4] = b"SLV1";
const MARK: &[u8; 4] = b"SLV2";
/// Bytes of a header: mark, id of the key, salt, microseconds since 1970 of its keeping.
pub(super) const HEADER: usize = 4 + 8 + 16 + 8;

/// A header as it was read.
pub(super) struct Header {
    bytes: [u8; HEADER],
}

impl Header {
    fn new(key: &VaultKey, kept_at: Timestamp) -> Self {
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(MARK);
        for (place, byte) in bytes[4..12].iter_mut().zip(key.id().bytes()) {
            *place = byte;
        }
        bytes[12..28].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        bytes[28..].copy_from_slice(&kept_at.as_microsecond().to_be_bytes());
        Self { bytes }
    }

    /// Reads the header of a file; nothing if it is no sealed file.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; HEADER];
        match input.read_exact(&mut bytes) {
            Ok(()) => Ok((bytes.starts_with(MARK) || bytes.starts_with(MARK_1)).then_some(Self { bytes })),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The key that it was sealed under.
    pub(super) fn key_id(&self) -> String {
        String::from_utf8_lossy(&self.bytes[4..12]).into_owned()
    }

    pub(super) fn kept_at(&self) -> Timestamp {
        let mut micros = [0; 8];
        micros.copy_from_slice(&self.bytes[28..]);
        Timestamp::from_microsecond(i64::from_be_bytes(micros)).unwrap_or(Timestamp::MIN)
    }

    /// What a frame is bound to; the last one is given the file's name.
    fn bound(&self, name: Option<&str>) -> Vec<u8> {
        let name = name.filter(|_| self.bytes.starts_with(MARK)).unwrap_or_default();
        [&self.bytes[..], name.as_bytes()].concat()
    }

    fn cipher(&self, key: &VaultKey) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&key.of_file(&self.bytes[12..28]).into())
    }
}

/// Writes a sealed file under a temporary name; dropped before it is published, it is removed.
pub(crate) struct SealWriter {
    disk: Arc<dyn Disk>,
    temp: PathBuf,
    file: Box<dyn DiskFile>,
    header: Header,
    cipher: ChaCha20Poly1305,
    frame: u64,
    buffer: Vec<u8>,
    offset: u64,
    published: bool,
}

impl SealWriter {
    pub(super) fn create(disk: Arc<dyn Disk>, temp: PathBuf, key: &VaultKey, kept_at: Timestamp) -> io::Result<Self> {
        let header = Header::new(key, kept_at);
        let cipher = header.cipher(key);
        let file = disk.create_new(&temp)?;
        file.write_at(&header.bytes, 0)?;
        let buffer = Vec::with_capacity(FRAME + TAG);
        Ok(Self { disk, temp, file, header, cipher, frame: 0, buffer, offset: HEADER as u64, published: false })
    }

    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(FRAME - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == FRAME {
                self.seal(None)?;
            }
        }
        Ok(())
    }

    /// Writes a frame; the last one with the file's name.
    fn seal(&mut self, name: Option<&str>) -> io::Result<()> {
        let (nonce, bound) = (nonce(self.frame, name.is_some()), self.header.bound(name));
        let sealed = self.cipher.encrypt_in_place_detached(&nonce.into(), &bound, &mut self.buffer);
        let tag = sealed.map_err(|_| io::Error::other("a frame cannot be encrypted"))?;
        self.buffer.extend_from_slice(&tag);
        self.file.write_at(&self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        self.frame += 1;
        Ok(())
    }

    /// Ends the file, makes its bytes safe and gives it its name, in the place of what had it. `name`
    /// is what it is called within the vault.
    pub(super) fn publish(mut self, target: &Path, name: &str) -> io::Result<()> {
        self.seal(Some(name))?;
        self.file.sync()?;
        publish(self.disk.as_ref(), &self.temp, target, Publish::Replace)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for SealWriter {
    fn drop(&mut self) {
        if !self.published {
            // What stays is swept later.
            let _ = self.disk.remove(&self.temp);
        }
    }
}

/// Reads what was sealed. Nothing of a frame is handed out before it has proved to be whole.
pub(crate) struct OpenReader {
    input: BufReader<File>,
    header: Header,
    /// What the file is called within the vault.
    name: String,
    cipher: ChaCha20Poly1305,
    frame: u64,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl OpenReader {
    /// A reader behind the header.
    pub(super) fn new(input: BufReader<File>, header: Header, name: String, key: &VaultKey) -> Self {
        let cipher = header.cipher(key);
        Self { input, header, name, cipher, frame: 0, buffer: Vec::new(), at: 0, ended: false }
    }

    /// Since when the file has been kept.
    pub(super) fn kept_at(&self) -> Timestamp {
        self.header.kept_at()
    }

    fn refill(&mut self) -> io::Result<()> {
        let damaged = || {
            let reason = "it was changed or cut off since it was sealed, or has the name of another file; restore it from \
                          the backup";
            io::Error::new(io::ErrorKind::InvalidData, reason)
        };
        self.at = 0;
        self.buffer.clear();
        let read = self.input.by_ref().take((FRAME + TAG) as u64).read_to_end(&mut self.buffer)?;
        let last = read < FRAME + TAG;
        let end = read.checked_sub(TAG).ok_or_else(damaged)?;
        let mut tag = [0; TAG];
        tag.copy_from_slice(&self.buffer[end..]);
        self.buffer.truncate(end);
        let (nonce, bound) = (nonce(self.frame, last), self.header.bound(last.then_some(self.name.as_str())));
        self.cipher
            .decrypt_in_place_detached(&nonce.into(), &bound, &mut self.buffer, &tag.into())
            .map_err(|_| damaged())?;
        self.frame += 1;
        self.ended = last;
        Ok(())
    }
}

impl Read for OpenReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.buffer.len() && !self.ended {
            self.refill()?;
        }
        let count = out.len().min(self.buffer.len() - self.at);
        out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn nonce(frame: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&frame.to_be_bytes());
    nonce[8] = u8::from(last);
    nonce
}
