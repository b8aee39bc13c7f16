//! UTF-8 or GB18030: detected from the beginning of a file, or as the mapping says.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8};

use crate::IngestError;

/// The encoding of a file that begins with `head`.
pub(super) fn detect(head: &[u8], hint: Option<&str>, file: &str) -> Result<&'static Encoding, IngestError> {
    if let Some(hint) = hint {
        let known = Encoding::for_label(hint.as_bytes()).filter(|encoding| [UTF_8, GB18030].contains(encoding));
        let known = known.or_else(|| ["gbk", "gb2312"].contains(&hint.to_lowercase().as_str()).then_some(GB18030));
        return known.ok_or_else(|| IngestError::Encoding { file: file.to_owned(), encoding: hint.to_owned() });
    }
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // Only UTF-8 has this mark, even if some of its bytes are wrong.
        Err(_) if head.starts_with(b"\xef\xbb\xbf") => true,
        // A character may be cut at the end of what was looked at.
        Err(error) => error.error_len().is_none(),
    };
    if utf8 {
        return Ok(UTF_8);
    }
    let (_, wrong) = GB18030.decode_without_bom_handling(head);
    let cut_short = head.len() >= 4 && !GB18030.decode_without_bom_handling(&head[..head.len() - 4]).1;
    Ok(if !wrong || cut_short { GB18030 } else { UTF_8 })
}

/// Turns GB18030 into UTF-8 on the way. What cannot be decoded becomes U+FFFD, for which the
/// record is refused.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    out: Vec<u8>,
    out_start: usize,
    done: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 32 * 1024],
            raw_start: 0,
            raw_end: 0,
            out: Vec::with_capacity(128 * 1024),
            out_start: 0,
            done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.out_start = 0;
        while self.out.is_empty() && !self.done {
            if self.raw_start == self.raw_end {
                self.raw_end = self.inner.read(&mut self.raw)?;
                self.raw_start = 0;
            }
            let last = self.raw_end == 0;
            self.out.resize(128 * 1024, 0);
            let raw = &self.raw[self.raw_start..self.raw_end];
            let (result, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.out, last);
            self.raw_start += read;
            self.out.truncate(written);
            self.done = last && matches!(result, CoderResult::InputEmpty);
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.out_start == self.out.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.out.len() - self.out_start);
        buffer[..count].copy_from_slice(&self.out[self.out_start..self.out_start + count]);
        self.out_start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let (chinese, _, _) = GB18030.encode("办件编号,村名\n1,宁海村\n");
        assert_eq!(detect(&chinese, None, "f").expect("found"), GB18030);
        assert_eq!(detect("办件编号".as_bytes(), None, "f").expect("found"), UTF_8);
        assert_eq!(detect(&"办件".as_bytes()[..5], None, "f").expect("cut"), UTF_8);
        assert_eq!(detect(b"plain", Some("GBK"), "f").expect("hint"), GB18030);
        assert!(detect(b"plain", Some("latin9"), "f").is_err());
    }

    #[test]
    fn gb18030_is_read_as_text_in_pieces_of_any_size() {
        let text = "宁海村𠮷".repeat(50_000);
        let (bytes, _, _) = GB18030.encode(&text);
        let mut read = String::new();
        Transcoder::new(&bytes[..], GB18030).read_to_string(&mut read).expect("read");
        assert_eq!(read, text);
    }
}
