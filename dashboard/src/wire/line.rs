//! A connection as messages: read in bounds, looked at before they are decoded, written as the client takes them.

use std::io;

use bytes::{Buf, BytesMut};
use pgwire::messages::{DecodeContext, Message, PgWireFrontendMessage, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::refusal::Refusal;

/// Longest message of somebody who has come in, bytes: a statement and its parameters.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// Longest message before that.
pub(super) const SHORT: usize = 10_000;
/// What waits to be written before a writer waits for the client.
pub(super) const FULL: usize = 64 * 1024;

/// Both directions of a connection.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

pub(super) struct Line {
    pub(super) io: Box<dyn Io>,
    pub(super) inbox: BytesMut,
    pub(super) out: BytesMut,
}

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum End {
    /// The other side has gone.
    Gone(io::Error),
    /// It is told why.
    Told(Refusal),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Told(refusal)
    }
}

impl Line {
    pub(super) fn new(io: Box<dyn Io>) -> Self {
        Self { io, inbox: BytesMut::with_capacity(4096), out: BytesMut::with_capacity(FULL + 4096) }
    }

    /// Reads more; whether the client has not closed its side. It may be broken off at any time.
    pub(super) async fn more(&mut self) -> io::Result<bool> {
        Ok(self.io.read_buf(&mut self.inbox).await? > 0)
    }

    /// The next message; none once the client has gone in peace.
    pub(super) async fn next(&mut self, most: usize) -> Result<Option<PgWireFrontendMessage>, End> {
        loop {
            if let Some(message) = take(&mut self.inbox, most)? {
                return Ok(Some(message));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// A packet of the kind that has no letter: what a connection begins with.
    pub(super) async fn packet(&mut self) -> Result<Option<BytesMut>, End> {
        loop {
            if let Some(length) = length(&self.inbox, 0) {
                if !(8..=SHORT).contains(&length) {
                    return Err(Refusal::protocol("this is no start of PostgreSQL's protocol").into());
                }
                if self.inbox.len() >= length {
                    return Ok(Some(self.inbox.split_to(length)));
                }
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// Puts a message behind the others; a message that cannot be written is one of ours, and left out.
    pub(super) fn put(&mut self, message: impl Message) {
        if let Err(error) = message.encode(&mut self.out) {
            tracing::error!("a message of the wire was not written: {error}");
        }
    }

    /// Writes all that waits. It may be broken off: what has not been written waits on.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        while self.out.has_remaining() {
            if self.io.write_buf(&mut self.out).await? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        self.io.flush().await
    }
}

/// The length that a message tells, itself included.
fn length(inbox: &[u8], from: usize) -> Option<usize> {
    let bytes: [u8; 4] = inbox.get(from..from + 4)?.try_into().ok()?;
    // Below nothing is more than anything allowed.
    Some(usize::try_from(i32::from_be_bytes(bytes)).unwrap_or(usize::MAX))
}

/// Takes a whole message out of what has come.
pub(super) fn take(inbox: &mut BytesMut, most: usize) -> Result<Option<PgWireFrontendMessage>, Refusal> {
    let Some(length) = length(inbox, 1) else { return Ok(None) };
    if !(4..=most).contains(&length) {
        return Err(Refusal::protocol(format!("a message has at most {most} bytes here")));
    }
    if inbox.len() < length + 1 {
        return Ok(None);
    }
    let mut whole = inbox.split_to(length + 1);
    check(&whole)?;
    let mut context = DecodeContext::new(ProtocolVersion::PROTOCOL3_0);
    (context.awaiting_frontend_ssl, context.awaiting_frontend_startup) = (false, false);
    let decoded = PgWireFrontendMessage::decode(&mut whole, &context);
    decoded.map_err(|error| Refusal::protocol(error.to_string()))
}

/// Whether a message is as long as what it says of its parts: the decoder takes that for granted.
fn check(whole: &[u8]) -> Result<(), Refusal> {
    let Some((letter, rest)) = whole.split_first() else { return Err(wrong()) };
    let mut rest = Rest(rest.get(4..).unwrap_or_default());
    match letter {
        b'Q' => rest.text()?,
        b'P' => {
            rest.text()?;
            rest.text()?;
            let types = usize::from(rest.number()?);
            rest.skip(types * 4)?;
        }
        b'B' => {
            rest.text()?;
            rest.text()?;
            let formats = usize::from(rest.number()?);
            rest.skip(formats * 2)?;
            for _ in 0..rest.number()? {
                let length = i32::from_be_bytes(rest.take()?);
                rest.skip(usize::try_from(length.max(0)).unwrap_or(usize::MAX))?;
            }
            let formats = usize::from(rest.number()?);
            rest.skip(formats * 2)?;
        }
        b'D' | b'C' => {
            rest.skip(1)?;
            rest.text()?;
        }
        b'E' => {
            rest.text()?;
            rest.skip(4)?;
        }
        b'H' | b'S' | b'X' | b'c' => {}
        // As long as they are: read where they are known.
        b'p' | b'd' | b'f' => return Ok(()),
        _ => return Err(Refusal::protocol("there is no such message")),
    }
    if rest.0.is_empty() { Ok(()) } else { Err(wrong()) }
}

fn wrong() -> Refusal {
    Refusal::protocol("a message is not as long as it says")
}

/// What of a message has not been looked at.
struct Rest<'m>(&'m [u8]);

impl Rest<'_> {
    fn skip(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.0 = self.0.get(bytes..).ok_or_else(wrong)?;
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let taken = self.0.first_chunk::<N>().copied().ok_or_else(wrong)?;
        self.skip(N)?;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u16, Refusal> {
        Ok(u16::from_be_bytes(self.take()?))
    }

    /// A text with its zero at the end.
    fn text(&mut self) -> Result<(), Refusal> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or_else(wrong)?;
        let is_text = self.0.get(..end).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
        if !is_text {
            return Err(Refusal::protocol("a text is no UTF-8"));
        }
        self.skip(end + 1)
    }
}

#[cfg(test)]
mod tests;
