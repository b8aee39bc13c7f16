//! The header of a page, in Thrift's compact protocol, as far as it tells sizes. Stricter than the
//! reader behind it: what no program writes is refused, so that both read the same sizes.

use std::io::{self, ErrorKind, Read};

/// Kinds of values.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const STRUCT: u8 = 12;
/// Structures in structures; a page has two.
const MAX_DEPTH: u8 = 8;
/// Fields of a page's header: the structures of its three kinds.
const DATA: i16 = 5;
const DICTIONARY: i16 = 7;
const DATA_V2: i16 = 8;
/// The number of `DICTIONARY_PAGE` and of `DELTA_BYTE_ARRAY`.
const IS_DICTIONARY: u64 = 2;
const IS_DELTA: u64 = 7;

/// What the header of a page says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PageHeader {
    /// Bytes of the header.
    pub(super) length: u64,
    /// Bytes of the page as it stands in the file.
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    /// Of these, bytes at the beginning that are never packed.
    pub(super) levels: u64,
    pub(super) values: u64,
    pub(super) is_dictionary: bool,
    /// Texts of which only the ends are written that differ from the text before.
    pub(super) is_delta: bool,
    /// Not packed, though the column is.
    pub(super) is_plain: bool,
}

/// Reads the header at which `input` stands.
pub(super) fn read(input: &mut impl Read) -> io::Result<PageHeader> {
    let mut compact = Compact { input, length: 0 };
    let (mut header, mut last) = (PageHeader::default(), 0);
    while let Some((id, kind)) = compact.field(&mut last)? {
        match (id, kind) {
            (1, I32) => header.is_dictionary = compact.count()? == IS_DICTIONARY,
            (2, I32) => header.unpacked = compact.count()?,
            (3, I32) => header.packed = compact.count()?,
            // A check sum.
            (4, I32) => {
                compact.varint()?;
            }
            (DATA | DICTIONARY | DATA_V2, STRUCT) => compact.kind_of_page(id, &mut header)?,
            (6, STRUCT) => compact.pass(STRUCT, 0)?,
            (..=8, _) => return Err(unsound()),
            _ => compact.pass(kind, 0)?,
        }
    }
    header.length = compact.length;
    Ok(header)
}

fn unsound() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the header of a page cannot be read")
}

struct Compact<'r, R> {
    input: &'r mut R,
    /// Bytes that were read.
    length: u64,
}

impl<R: Read> Compact<'_, R> {
    /// The structure that only pages of that kind have.
    fn kind_of_page(&mut self, page: i16, header: &mut PageHeader) -> io::Result<()> {
        let (numbers, encoding) = match page {
            DATA => (4, 2),
            DICTIONARY => (2, 2),
            _ => (6, 4),
        };
        let mut last = 0;
        while let Some((id, kind)) = self.field(&mut last)? {
            if id > numbers {
                header.is_plain |= page == DATA_V2 && (id, kind) == (7, FALSE);
                self.pass(kind, 1)?;
                continue;
            }
            let number = if kind == I32 { self.count()? } else { return Err(unsound()) };
            match id {
                1 => header.values = header.values.max(number),
                _ if id == encoding => header.is_delta |= number == IS_DELTA,
                5 | 6 => header.levels += number,
                _ => {}
            }
        }
        Ok(())
    }

    /// Number and kind of the next field; none at the end of a structure. Numbers rise.
    fn field(&mut self, last: &mut i16) -> io::Result<Option<(i16, u8)>> {
        let byte = self.byte()?;
        let (further, kind) = (i16::from(byte >> 4), byte & 0x0f);
        if kind == 0 {
            return Ok(None);
        }
        *last = last.checked_add(further).filter(|_| further > 0).ok_or_else(unsound)?;
        Ok(Some((*last, kind)))
    }

    /// A whole number of 32 bits that counts something.
    fn count(&mut self) -> io::Result<u64> {
        let zigzag = self.varint()?;
        // The last bit is the sign.
        let is_sound = zigzag.is_multiple_of(2) && zigzag <= u64::from(u32::MAX);
        if is_sound { Ok(zigzag / 2) } else { Err(unsound()) }
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..=63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(unsound())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.length += 1;
        Ok(byte[0])
    }

    /// Passes over a value.
    fn pass(&mut self, kind: u8, depth: u8) -> io::Result<()> {
        match kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.skip(1),
            I16 | I32 | I64 => self.varint().map(|_| ()),
            DOUBLE => self.skip(8),
            BINARY => {
                let length = self.varint()?;
                self.skip(length)
            }
            STRUCT if depth < MAX_DEPTH => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.pass(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(unsound()),
        }
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.input.by_ref().take(bytes), &mut io::sink())?;
        self.length += passed;
        if passed == bytes { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dictionary of 3 values: 300 bytes, 20 of them in the file.
    const SOUND: [u8; 15] = [0x15, 4, 0x15, 0xd8, 4, 0x15, 40, 0x4c, 0x15, 6, 0x15, 0, 0x12, 0, 0];

    #[test]
    fn sizes_are_read_and_what_no_program_writes_is_refused() {
        let header = PageHeader {
            length: 15,
            packed: 20,
            unpacked: 300,
            values: 3,
            is_dictionary: true,
            ..PageHeader::default()
        };
        let mut behind = SOUND.to_vec();
        behind.extend([0xff; 4]);
        assert_eq!(read(&mut &behind[..]).expect("sound"), header);
        for (at, byte) in [(2, 0x18), (2, 0x05), (6, 41), (7, 0x49), (8, 0x16), (14, 0x19)] {
            let mut other = behind.clone();
            other[at] = byte;
            assert!(read(&mut &other[..]).is_err(), "{at}");
        }
        assert!((0..SOUND.len()).all(|length| read(&mut &SOUND[..length]).is_err()), "cut off");
    }
}
