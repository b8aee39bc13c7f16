//! UTF-8, UTF-16 or GB18030: detected from the beginning of a file, or as the mapping says.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::ReadError;

/// The encoding of a file that begins with `head`.
pub(super) fn detect(head: &[u8], hint: Option<&str>, file: &str) -> Result<&'static Encoding, ReadError> {
    if let Some(hint) = hint {
        let name = hint.to_ascii_lowercase();
        let known = match name.as_str() {
            "gbk" | "gb2312" => Some(GB18030),
            "utf-16" | "utf16" => Some(utf16(head).unwrap_or(UTF_16LE)),
            _ => {
                let read = [UTF_8, GB18030, UTF_16LE, UTF_16BE];
                Encoding::for_label(name.as_bytes()).filter(|encoding| read.contains(encoding))
            }
        };
        return known.ok_or_else(|| ReadError::Encoding { file: file.to_owned(), encoding: hint.to_owned() });
    }
    if let Some(encoding) = utf16(head) {
        return Ok(encoding);
    }
    // Only UTF-8 has this mark, even if some of its bytes are wrong.
    if head.starts_with(b"\xef\xbb\xbf") {
        return Ok(UTF_8);
    }
    let (utf8, gb18030) = (Reading::of(head, UTF_8), Reading::of(head, GB18030));
    // A few wrong bytes must not decide how all others are read.
    Ok(if utf8.wrong <= gb18030.wrong || utf8.far >= LIKELY * utf8.wrong { UTF_8 } else { GB18030 })
}

/// So many characters beyond ASCII for each wrong byte make it likely that a text is UTF-8 all the same:
/// bytes of another encoding hardly ever fall into its pattern.
const LIKELY: usize = 4;

/// How well a text reads in an encoding.
struct Reading {
    /// What does not decode.
    wrong: usize,
    /// Characters beyond ASCII.
    far: usize,
}

impl Reading {
    fn of(head: &[u8], encoding: &'static Encoding) -> Self {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let (mut raw, mut text) = (head, vec![0; 16 * 1024]);
        let mut found = Self { wrong: 0, far: 0 };
        loop {
            // A character may be cut at the end of what was looked at: nothing is the last.
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(raw, &mut text, false);
            found.far += text[..written].iter().filter(|byte| **byte >= 0xc0).count();
            raw = &raw[read..];
            match result {
                DecoderResult::InputEmpty => return found,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => found.wrong += 1,
            }
        }
    }
}

/// UTF-16 by its mark, or by its zero bytes: no other text has any, and this one has them beside
/// every comma, digit and line end.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even.max(odd) * 50 < head.len() || even == odd {
        return None;
    }
    let encoding = if even < odd { UTF_16LE } else { UTF_16BE };
    // A character may be cut at the end of what was looked at.
    let sound = |cut: usize| {
        let whole = head.len().saturating_sub(cut) / 2 * 2;
        !encoding.decode_without_bom_handling(&head[..whole]).1
    };
    (sound(0) || sound(2)).then_some(encoding)
}

/// Turns another encoding into UTF-8 on the way. What cannot be decoded becomes U+FFFD, for which the
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
    fn a_cut_or_a_wrong_byte_does_not_change_how_a_file_is_read() {
        let text = "办件编号,村名\n1,宁海村𠮷\n2,白虎头村\n".repeat(10);
        let (chinese, _, _) = GB18030.encode(&text);
        for end in chinese.len() - 40..chinese.len() {
            assert_eq!(detect(&chinese[..end], None, "f").expect("cut"), GB18030, "{end}");
            assert_eq!(detect(&text.as_bytes()[..end], None, "f").expect("cut"), UTF_8, "{end}");
        }
        let mut spoilt = chinese.to_vec();
        spoilt.insert(20, 0xff);
        assert_eq!(detect(&spoilt, None, "f").expect("one byte"), GB18030);
        let (fragment, _, _) = GB18030.encode("宁海");
        let mixed = [text.as_bytes(), &fragment, b"\n", text.as_bytes()].concat();
        assert_eq!(detect(&mixed, None, "f").expect("a fragment"), UTF_8);
    }

    #[test]
    fn utf16_is_told_with_and_without_its_mark() {
        let text = "上海一,村名\n1,宁海村𠮷\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding, mark) in [(little, UTF_16LE, [0xff, 0xfe]), (big, UTF_16BE, [0xfe, 0xff])] {
            assert_eq!(detect(&bytes, None, "f").expect("unmarked"), encoding);
            assert_eq!(detect(&bytes[..bytes.len() - 4], None, "f").expect("cut"), encoding);
            assert_eq!(detect(&bytes, Some("UTF-16"), "f").expect("hint"), encoding);
            let marked = [&mark[..], &bytes].concat();
            assert_eq!(detect(&marked, None, "f").expect("marked"), encoding);
            let mut read = String::new();
            Transcoder::new(&marked[..], encoding).read_to_string(&mut read).expect("read");
            assert_eq!(read, text);
        }
        let stray = format!("one\0{}", "many bytes".repeat(20));
        assert_eq!(detect(stray.as_bytes(), None, "f").expect("text"), UTF_8);
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
