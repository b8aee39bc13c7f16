//! Reading what sources write: files of every format as records, the mappings that say what their
//! columns mean, and the numbers of people in texts. A leaf: it knows the contracts and no lake,
//! engine or network, so it builds, tests and is fuzzed (`fuzz/`) alone.

pub mod decimal;
mod error;
pub mod mapping;
pub mod privacy;
pub mod record;
mod source;

pub use error::ReadError;
pub use mapping::Mapping;
pub use source::{
    LINE_COLUMN, MAX_RECORD, Opened, Reading, Seekable, Sink, holds, open, read, read_arrow_stream, read_bytes,
};
