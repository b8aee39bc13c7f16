//! gzip, with errors that say what happened to the file.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

/// The bytes inside a gzip file of one or more members.
pub(super) struct Gunzip<R>(BufReader<MultiGzDecoder<R>>);

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(BufReader::with_capacity(super::SNIFF, MultiGzDecoder::new(inner)))
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), "the gzip stream ends early: the file was cut off, fetch it again")
            }
            ErrorKind::InvalidInput | ErrorKind::InvalidData => {
                io::Error::new(error.kind(), format!("the file is not intact gzip ({error})"))
            }
            _ => error,
        })
    }
}
