//! Looks at the parts of a workbook before any is read into memory: what a part says of its size
//! may be a lie, so each is unpacked once and counted.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::broken;
use crate::IngestError;

const MIB: u64 = 1024 * 1024;
/// All parts together: a million rows of fifty columns take less.
const MAX_ALL: u64 = 2048 * MIB;
/// A part that is kept in memory, such as the texts that cells share.
const MAX_KEPT: u64 = 256 * MIB;
/// More parts than any workbook has.
const MAX_PARTS: usize = 10_000;

/// Refuses a workbook that is no sound archive, or unpacks to too much.
pub(super) fn check(input: &mut (impl Read + Seek), file: &str) -> Result<(), IngestError> {
    let failed = |reason: &dyn std::fmt::Display| broken(file, 1, &reason.to_string());
    let mut archive = ZipArchive::new(&mut *input).map_err(|error| failed(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(IngestError::TooLarge { file: file.to_owned(), limit_mib: MAX_ALL / MIB });
    }
    let mut all = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| failed(&error))?;
        let name = part.name().to_ascii_lowercase();
        // Pictures are never unpacked, sheets as they are read.
        if name.starts_with("xl/media/") {
            continue;
        }
        let most = if name.starts_with("xl/worksheets/") { MAX_ALL } else { MAX_KEPT };
        let size = io::copy(&mut part.take(most + 1), &mut io::sink()).map_err(|error| failed(&error))?;
        all += size;
        if size > most || all > MAX_ALL {
            return Err(IngestError::TooLarge { file: file.to_owned(), limit_mib: most.min(MAX_ALL) / MIB });
        }
    }
    drop(archive);
    input.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    Ok(())
}
