//! Looks at the parts of a workbook before any is read into memory: what a part says of its size
//! may be a lie, so each is unpacked once and counted.

use std::io::{self, Read, Seek, SeekFrom, Write};

use zip::ZipArchive;

use super::broken;
use crate::ReadError;
use crate::source::MAX_RECORD;

const MIB: u64 = 1024 * 1024;
/// All parts together: a million rows of fifty columns take less.
const MAX_ALL: u64 = 2048 * MIB;
/// A part that is kept in memory, such as the texts that cells share.
const MAX_KEPT: u64 = 256 * MIB;
/// More parts than any workbook has.
const MAX_PARTS: usize = 10_000;

/// Refuses a workbook that is no sound archive, or unpacks to too much. Its size in bytes.
pub(super) fn check(input: &mut (impl Read + Seek), file: &str) -> Result<u64, ReadError> {
    let failed = |reason: &dyn std::fmt::Display| broken(file, 1, &reason.to_string());
    let mut archive = ZipArchive::new(&mut *input).map_err(|error| failed(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(ReadError::TooLarge { file: file.to_owned(), limit_mib: MAX_ALL / MIB });
    }
    let mut all = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| failed(&error))?;
        let name = part.name().to_ascii_lowercase();
        // Pictures are never unpacked, sheets as they are read.
        if name.starts_with("xl/media/") {
            continue;
        }
        let is_sheet = name.starts_with("xl/worksheets/");
        let most = if is_sheet { MAX_ALL } else { MAX_KEPT };
        let mut part = part.take(most + 1);
        let copied = if is_sheet {
            io::copy(&mut part, &mut Stretches::default())
        } else {
            io::copy(&mut part, &mut io::sink())
        };
        let size = copied.map_err(|error| failed(&error))?;
        all += size;
        if size > most || all > MAX_ALL {
            return Err(ReadError::TooLarge { file: file.to_owned(), limit_mib: most.min(MAX_ALL) / MIB });
        }
    }
    drop(archive);
    let size = input.seek(SeekFrom::End(0)).map_err(|error| failed(&error))?;
    input.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    Ok(size)
}

/// Passes over XML, but for a text or a tag that is longer than any record: it would be taken into
/// memory in one piece.
#[derive(Default)]
struct Stretches {
    /// Bytes since a tag began, and since one ended.
    since: [u64; 2],
}

impl Write for Stretches {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (since, mark) in self.since.iter_mut().zip([b'<', b'>']) {
            for stretch in bytes.split_inclusive(|byte| *byte == mark) {
                *since += stretch.len() as u64;
                if *since > MAX_RECORD {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a cell of more than 16 MiB"));
                }
                if stretch.ends_with(&[mark]) {
                    *since = 0;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
