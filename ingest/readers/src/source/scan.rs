//! Whether some bytes stand in a file, however it is packed: told without a mapping.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::format::Kind;
use super::gzip::Gunzip;
use super::{SNIFF, parquet, peek, spool};

/// How often a file may be packed: as often as one lands, and a workbook is an archive itself.
const LAYERS: u8 = super::MAX_LAYERS + 2;
/// Bytes that are looked at once.
const CHUNK: usize = 256 * 1024;

/// Whether one of `needles` stands in what `input` unpacks to; else why it cannot be looked into.
pub fn holds(input: Box<dyn Read + '_>, needles: &[Vec<u8>]) -> Result<bool, String> {
    unpacked(input, needles, 0)
}

fn unpacked(mut input: Box<dyn Read + '_>, needles: &[Vec<u8>], layers: u8) -> Result<bool, String> {
    let head = peek(&mut input).map_err(text)?;
    let kind = Kind::of(&head);
    let whole = Cursor::new(head).chain(input);
    match kind {
        Kind::Gzip if layers < LAYERS => {
            unpacked(Box::new(Gunzip::new(BufReader::with_capacity(SNIFF, whole))), needles, layers + 1)
        }
        Kind::Zip if layers < LAYERS => in_archive(spool(whole, "it").map_err(text)?, needles, layers + 1),
        Kind::Parquet => {
            let mut file = spool(whole, "it").map_err(text)?;
            let size = file.seek(SeekFrom::End(0)).map_err(text)?;
            parquet::any_value(Box::new(file), size, |value| is_in(value.as_bytes(), needles)).map_err(text)
        }
        _ => in_bytes(whole, needles).map_err(text),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    format!("it cannot be looked into ({error})")
}

/// A workbook's cells stand in the XML files that it packs.
fn in_archive(file: File, needles: &[Vec<u8>], layers: u8) -> Result<bool, String> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(text)?;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(text)?;
        if unpacked(Box::new(entry), needles, layers)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Also without what stands between angle brackets: a workbook may mark up parts of one text.
fn in_bytes(mut input: impl Read, needles: &[Vec<u8>]) -> io::Result<bool> {
    let (mut plain, mut bare) = (Window::new(needles), Window::new(needles));
    let (mut buffer, mut stripped, mut is_mark) = (vec![0; CHUNK], Vec::new(), false);
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        stripped.clear();
        for byte in &buffer[..count] {
            match byte {
                b'<' => is_mark = true,
                b'>' => is_mark = false,
                _ if is_mark => {}
                _ => stripped.push(*byte),
            }
        }
        if plain.finds(&buffer[..count]) || bare.finds(&stripped) {
            return Ok(true);
        }
    }
}

/// The last bytes of a stream: what is looked for may stand across two reads.
struct Window<'n> {
    needles: &'n [Vec<u8>],
    longest: usize,
    kept: Vec<u8>,
}

impl<'n> Window<'n> {
    fn new(needles: &'n [Vec<u8>]) -> Self {
        let longest = needles.iter().map(Vec::len).max().unwrap_or_default();
        Self { needles, longest, kept: Vec::new() }
    }

    fn finds(&mut self, bytes: &[u8]) -> bool {
        self.kept.extend_from_slice(bytes);
        let found = is_in(&self.kept, self.needles);
        let seen = self.kept.len().saturating_sub(self.longest.saturating_sub(1));
        self.kept.drain(..seen);
        found
    }
}

fn is_in(bytes: &[u8], needles: &[Vec<u8>]) -> bool {
    let stands = |needle: &Vec<u8>| !needle.is_empty() && bytes.windows(needle.len()).any(|part| part == needle);
    needles.iter().any(stands)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    const PHONE: &str = "13800138000";

    fn found(bytes: &[u8]) -> bool {
        let wide: Vec<u8> = PHONE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        holds(Box::new(bytes), &[PHONE.as_bytes().to_vec(), wide]).expect("read")
    }

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default()).expect("begun");
        archive.write_all(bytes).expect("written");
        archive.finish().expect("ended").into_inner()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes).expect("written");
        packed.finish().expect("ended")
    }

    #[test]
    fn bytes_are_found_in_texts_and_whatever_packs_them() {
        let csv = format!("id,phone\n1,{PHONE}\n").into_bytes();
        assert!(found(&csv) && found(&gzipped(&csv)) && found(&zipped("a.csv", &csv)));
        assert!(found(&zipped("a.csv.gz", &gzipped(&csv))) && found(&gzipped(&zipped("a.csv", &csv))));
        let utf16: Vec<u8> = format!("1,{PHONE}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(found(&utf16));
        let cell = b"<si><r><t>1380013</t></r><r><rPr/><t>8000</t></r></si>";
        assert!(found(&zipped("xl/sharedStrings.xml", cell)));
        assert!(!found(b"13800138001") && !found(&gzipped(b"id\n")) && !found(b""));
        let across = [vec![b'x'; CHUNK - 5], PHONE.as_bytes().to_vec(), vec![b'x'; CHUNK]].concat();
        assert!(found(&across));
        assert!(holds(Box::new(&gzipped(&csv)[..20]), &[b"zzzz".to_vec()]).is_err(), "cut off");
    }

    #[test]
    fn values_of_parquet_are_looked_at_one_by_one() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 13_800_138_000]));
        let rows = RecordBatch::try_from_iter([("t", texts), ("n", numbers)]).expect("rows");
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, rows.schema(), None).expect("writer");
        writer.write(&rows).expect("written");
        writer.close().expect("closed");
        assert!(found(&file) && !holds(Box::new(&file[..]), &[b"13800138001".to_vec()]).expect("read"));
    }
}
