//! gzip, with errors that say what happened to the file.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// With which a member begins.
const MAGIC: u8 = 0x1f;

/// The bytes inside a gzip file of one or more members.
pub(super) struct Gunzip<R>(BufReader<Members<R>>);

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(BufReader::with_capacity(super::SNIFF, Members(Some(GzDecoder::new(inner)))))
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

/// One member after the other.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(member) = &mut self.0 else { return Ok(0) };
            let count = member.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            if let Some(mut rest) = self.0.take().map(GzDecoder::into_inner) {
                self.0 = follows(&mut rest)?.then(|| GzDecoder::new(rest));
            }
        }
    }
}

/// Whether another member follows. Zeros behind the last one fill a block up, and tell nothing.
fn follows(rest: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = rest.fill_buf()?;
        match ahead.first() {
            None => return Ok(false),
            Some(&MAGIC) => return Ok(true),
            Some(0) => {}
            Some(_) => return Err(io::Error::new(ErrorKind::InvalidData, "behind it stands what is no gzip")),
        }
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        rest.consume(zeros);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text.as_bytes()).expect("packed");
        gzip.finish().expect("packed")
    }

    fn unpacked(bytes: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        Gunzip::new(bytes).read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn members_are_read_one_after_the_other_and_zeros_behind_them_are_nothing() {
        let (one, two, zeros) = (packed("甲\n"), packed("乙\n"), vec![0; 1_000]);
        assert_eq!(unpacked(&one).as_deref(), Ok("甲\n"));
        assert_eq!(unpacked(&[one.clone(), packed(""), two.clone()].concat()).as_deref(), Ok("甲\n乙\n"));
        assert_eq!(unpacked(&[one.clone(), zeros.clone()].concat()).as_deref(), Ok("甲\n"));
        assert_eq!(unpacked(&[one, zeros, two, vec![0]].concat()).as_deref(), Ok("甲\n乙\n"));
    }

    #[test]
    fn what_is_cut_off_changed_or_followed_by_other_bytes_is_refused() {
        let one = packed("甲\n");
        let wrong = |bytes: &[u8]| unpacked(bytes).expect_err("refused");
        assert!(wrong(&one[..one.len() - 3]).contains("cut off"));
        assert!(wrong(&[one.clone(), one[..5].to_vec()].concat()).contains("cut off"));
        assert!(wrong(&[one.clone(), b"garbage".to_vec()].concat()).contains("behind it stands what is no gzip"));
        let mut changed = one;
        let at = changed.len() - 6;
        changed[at] ^= 1;
        assert!(wrong(&changed).contains("not intact"));
    }
}
