//! An Arrow IPC stream. One that broke off has no end, which every reader notices.

use arrow::array::RecordBatch;
use arrow::ipc::writer::StreamWriter;

use super::{Encoder, End, unwritten, whole};
use crate::sql::Trouble;
use crate::sql::run::Head;

pub(super) struct ArrowStream {
    writer: StreamWriter<Vec<u8>>,
}

impl ArrowStream {
    pub(super) fn new(head: &Head) -> Result<Self, Trouble> {
        let writer = StreamWriter::try_new(Vec::new(), &head.schema).map_err(|error| unwritten(&error))?;
        Ok(Self { writer })
    }
}

impl Encoder for ArrowStream {
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble> {
        self.writer.write(batch).map_err(|error| unwritten(&error))?;
        Ok(std::mem::take(self.writer.get_mut()))
    }

    fn end(mut self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble> {
        whole(end)?;
        self.writer.finish().map_err(|error| unwritten(&error))?;
        Ok(std::mem::take(self.writer.get_mut()))
    }
}
