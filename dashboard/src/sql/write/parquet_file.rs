//! Parquet, compressed. Its footer is its end, so one that broke off can be taken for none that is whole.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::{Encoder, End, unwritten, whole};
use crate::sql::Trouble;
use crate::sql::run::Head;

/// Rows that are gathered before they are written.
const GROUP: usize = 131_072;

pub(super) struct ParquetFile {
    writer: ArrowWriter<Vec<u8>>,
}

impl ParquetFile {
    pub(super) fn new(head: &Head) -> Result<Self, Trouble> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by(concat!("sunlake ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), head.schema.clone(), Some(properties)).map_err(refused)?;
        Ok(Self { writer })
    }
}

fn refused(error: ParquetError) -> Trouble {
    unwritten(&ArrowError::ParquetError(error.to_string()))
}

impl Encoder for ParquetFile {
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble> {
        self.writer.write(batch).map_err(refused)?;
        // What has been written is never looked at again: offsets are counted by the writer.
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    fn end(self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble> {
        whole(end)?;
        self.writer.into_inner().map_err(refused)
    }
}
