//! Looks at the pages of the columns that are read before any is unpacked: how much they take decides
//! how many rows are decoded at once. What the footer says of sizes may be a lie, and tells nothing of
//! dictionaries; what a page's header says is held against the page when it is unpacked.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::{Compression, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;

use super::input::Chunks;
use super::page::{self, PageHeader};

const MIB: u64 = 1024 * 1024;
/// What the pages of all columns may take at once.
pub(super) const MOST_MIB: u64 = 512;
/// What rows may take besides.
const ROWS: u64 = 64 * MIB;
/// Rows that are decoded at once.
const BATCH: u64 = 512;
/// What a value takes besides its text.
const VALUE: u64 = 24;
/// The most that these unpack a byte to: they do not stop at the size that is told.
const GZIP: u64 = 1032;
const LZ4: u64 = 255;

/// How many rows may be decoded at once; none, if one takes too much. Or what is wrong with the file.
pub(super) fn batch(chunks: &Chunks, file: &ParquetMetaData, leaves: &[usize]) -> Result<Option<usize>, String> {
    let mut rows = BATCH;
    for group in file.row_groups() {
        let (mut pages, mut row) = (0_u64, 0_u64);
        for leaf in leaves {
            let column = group.columns().get(*leaf).ok_or("a group of rows lacks a column")?;
            let need = Pages::of(chunks, column)?.need(column);
            pages = pages.saturating_add(need.pages);
            row = row.saturating_add(need.row);
        }
        if pages.saturating_add(row) > MOST_MIB * MIB {
            return Ok(None);
        }
        rows = rows.min(ROWS / row.max(1)).max(1);
    }
    Ok(usize::try_from(rows).ok())
}

/// Bytes that a column takes: its pages, and each row that is decoded.
struct Need {
    pages: u64,
    row: u64,
}

/// The pages of a column in a group of rows.
#[derive(Default)]
struct Pages {
    dictionaries: u64,
    /// All others.
    bytes: u64,
    largest: u64,
    /// Bytes of a value, in the page in which they are the most.
    densest: u64,
    values: u64,
    has_delta: bool,
}

impl Pages {
    fn of(chunks: &Chunks, column: &ColumnChunkMetaData) -> Result<Self, String> {
        // Where the reader begins, too.
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let (Ok(mut at), Ok(mut left)) = (u64::try_from(start), u64::try_from(column.compressed_size())) else {
            return Err("a column has no place".to_owned());
        };
        let mut pages = Self::default();
        while left > 0 {
            let mut input = chunks.get_read(at).map_err(|error| error.to_string())?;
            let header = page::read(&mut input).map_err(|error| error.to_string())?;
            let length = header.length.saturating_add(header.packed);
            left = left.checked_sub(length).ok_or("a page reaches beyond its column")?;
            pages.add(&header, unpacked(input, &header, column.compression())?)?;
            at = at.saturating_add(length);
        }
        Ok(pages)
    }

    fn add(&mut self, header: &PageHeader, bytes: u64) -> Result<(), String> {
        if header.is_dictionary {
            if header.values > bytes {
                return Err("a dictionary has more values than bytes".to_owned());
            }
            self.dictionaries = self.dictionaries.saturating_add(bytes + header.values * VALUE);
            return Ok(());
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.largest = self.largest.max(bytes);
        self.densest = self.densest.max(bytes / header.values.max(1));
        self.values = self.values.saturating_add(header.values);
        self.has_delta |= header.is_delta;
        Ok(())
    }

    fn need(&self, column: &ColumnChunkMetaData) -> Need {
        let kind = column.column_descr();
        let width = match kind.physical_type() {
            Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(kind.type_length()).unwrap_or_default(),
            _ => 0,
        };
        // Texts of a dictionary, and those that stand in a page, are not copied; these are.
        let value = VALUE + width + if self.has_delta { self.largest } else { 0 };
        if kind.max_rep_level() > 0 {
            // A row may have any number of values.
            let values = self.values.saturating_mul(value);
            return Need { pages: self.dictionaries.saturating_add(self.bytes).saturating_add(values), row: 0 };
        }
        // Rows lie in the pages that they fill, and in one at either end.
        let (pages, row) = match self.largest.saturating_mul(2) {
            edges if edges < self.bytes => (edges, self.densest),
            _ => (self.bytes, 0),
        };
        Need { pages: self.dictionaries.saturating_add(pages), row: row.saturating_add(value) }
    }
}

/// Bytes of a page. `input` stands behind its header.
fn unpacked(mut input: impl Read, header: &PageHeader, codec: Compression) -> Result<u64, String> {
    let told = header.unpacked.max(header.packed);
    let may_lie = |most: u64| !header.is_plain && header.packed.saturating_mul(most) > MOST_MIB * MIB;
    match codec {
        Compression::GZIP(_) if may_lie(GZIP) => {
            let counted = io::copy(&mut input.by_ref().take(header.levels), &mut io::sink()).and_then(|levels| {
                let packed = input.take(header.packed.saturating_sub(levels));
                io::copy(&mut MultiGzDecoder::new(packed).take(told + 1), &mut io::sink())
            });
            match counted {
                Ok(count) if count <= told => Ok(told),
                Ok(_) => Err("a page is larger than it says".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        }
        Compression::LZ4 if may_lie(LZ4) => Ok(header.packed.saturating_mul(LZ4)),
        _ => Ok(told),
    }
}
