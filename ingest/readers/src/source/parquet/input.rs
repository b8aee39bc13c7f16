//! A file as the Parquet reader wants it: read at any place, by several at once.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::source::Seekable;

/// A file that is shared.
#[derive(Clone)]
pub(super) struct Chunks {
    input: Arc<Mutex<Box<dyn Seekable>>>,
    size: u64,
}

impl Chunks {
    pub(super) fn new(input: Box<dyn Seekable>, size: u64) -> Self {
        Self { input: Arc::new(Mutex::new(input)), size }
    }

    fn lock(&self) -> io::Result<MutexGuard<'_, Box<dyn Seekable>>> {
        self.input.lock().map_err(|_| io::Error::other("another reader of the file failed"))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Onward>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(Onward { chunks: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // The length stands in the file, so it may be anything.
        if start.saturating_add(length as u64) > self.size {
            return Err(ParquetError::EOF("a part lies behind the end of the file".into()));
        }
        let mut bytes = vec![0; length];
        let mut input = self.lock()?;
        input.seek(SeekFrom::Start(start))?;
        input.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Reads on from a place.
pub(super) struct Onward {
    chunks: Chunks,
    at: u64,
}

impl Read for Onward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut input = self.chunks.lock()?;
        input.seek(SeekFrom::Start(self.at))?;
        let count = input.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}
