//! An object is fetched into a file. What is cut off goes on where it stopped, as long as the store says
//! by a strong ETag that the object is the same; without one it begins anew.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{Error, GetOptions, GetRange};

use super::error::{cause, tells_no_length};
use super::{Remote, RemoteError};

/// Tries in a row that do not bring enough.
const TRIES: u32 = 5;
const PATIENCE: Patience =
    Patience { silence: Duration::from_secs(30), slowness: Duration::from_secs(60), wait: Duration::from_millis(100) };

/// How long a store is waited for.
struct Patience {
    /// What brings nothing for so long is broken off,
    silence: Duration,
    /// and what brings less than [`enough`] for so long.
    slowness: Duration,
    /// Before the second try; twice as long before each further one.
    wait: Duration,
}

/// So many bytes are progress: with fewer a store that sends a little and falls silent, again and again,
/// would be asked for ever.
fn enough(size: u64) -> u64 {
    (size / 10).clamp(1, 1 << 20)
}

/// What the store has told of the object, and how much of it has come.
#[derive(Debug)]
struct Begun {
    size: u64,
    /// Of the same bytes, if it is the same.
    e_tag: Option<String>,
    came: u64,
}

/// Why a try has ended before its time.
enum Ended {
    /// Another try may do better.
    Broken(String),
    Refused(RemoteError),
}

/// Fetches a whole object into an empty file; its size. `told` is given how many bytes have come of
/// how many.
pub async fn fetch(
    object: &Remote,
    file: &mut File,
    told: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<u64, RemoteError> {
    fetch_within(&PATIENCE, object, file, told).await
}

async fn fetch_within(
    patience: &Patience,
    object: &Remote,
    file: &mut File,
    told: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<u64, RemoteError> {
    let mut begun: Option<Begun> = None;
    // Tries since enough had come, and what had come by then.
    let (mut tries, mut before) = (0, 0);
    loop {
        let reason = match go_on(patience, object, file, &mut begun, told).await {
            Ok(size) => return Ok(size),
            Err(Ended::Refused(error)) => return Err(error),
            Err(Ended::Broken(reason)) => reason,
        };
        let (came, size, can_go_on) =
            begun.as_ref().map_or((0, None, false), |begun| (begun.came, Some(begun.size), begun.e_tag.is_some()));
        tries += 1;
        if can_go_on && came - before >= enough(size.unwrap_or_default()) {
            (tries, before) = (1, came);
        }
        if tries >= TRIES {
            let name = object.name.clone();
            return Err(match size {
                Some(size) => RemoteError::Cut { name, came, size, reason },
                None => RemoteError::Unread { name, reason },
            });
        }
        tracing::warn!("{}: try {tries} of {TRIES} is given up, it is asked again: {reason}", object.name);
        if !can_go_on {
            begun = None;
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(disk(object))?;
        }
        tokio::time::sleep(patience.wait * 2_u32.pow(tries - 1)).await;
    }
}

/// One request, for the whole object or for what is missing of it.
async fn go_on(
    patience: &Patience,
    object: &Remote,
    file: &mut File,
    begun: &mut Option<Begun>,
    told: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<u64, Ended> {
    let mut options = GetOptions::default();
    if let Some(held) = begun.as_ref() {
        if held.came == held.size {
            return Ok(held.size);
        }
        options.range = Some(GetRange::Offset(held.came));
        options.if_match = held.e_tag.clone();
    }
    let asked = tokio::time::timeout(patience.silence, object.store.get_opts(&object.path, options)).await;
    let answer = asked.map_err(|_| silent(patience))?.map_err(|error| ended(object, &error))?;
    let (size, came) = (answer.meta.size, answer.range.start);
    let e_tag = answer.meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
    if begun.as_ref().is_some_and(|held| (held.size, held.came, &held.e_tag) != (size, came, &e_tag)) {
        return Err(changed(object));
    }
    let held = begun.get_or_insert(Begun { size, e_tag, came: 0 });
    told(held.came, held.size);
    let mut pieces = answer.into_stream();
    loop {
        let taken = take(patience, object, file, held, &mut pieces, told);
        match tokio::time::timeout(patience.slowness, taken).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => break,
            Ok(Err(ended)) => return Err(ended),
            Err(_) => return Err(slow(patience, held.size)),
        }
    }
    if held.came < held.size {
        return Err(Ended::Broken("the answer ended before the object did".to_owned()));
    }
    Ok(held.size)
}

/// Takes what comes until that is enough; whether more may come.
async fn take(
    patience: &Patience,
    object: &Remote,
    file: &mut File,
    held: &mut Begun,
    pieces: &mut BoxStream<'static, object_store::Result<Bytes>>,
    told: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<bool, Ended> {
    let until = held.came + enough(held.size);
    while held.came < until {
        let piece = tokio::time::timeout(patience.silence, pieces.next()).await.map_err(|_| silent(patience))?;
        let Some(piece) = piece.transpose().map_err(|error| Ended::Broken(cause(&error)))? else { return Ok(false) };
        if held.came + piece.len() as u64 > held.size {
            return Err(changed(object));
        }
        file.write_all(&piece).map_err(|source| Ended::Refused(disk(object)(source)))?;
        held.came += piece.len() as u64;
        told(held.came, held.size);
    }
    Ok(true)
}

fn changed(object: &Remote) -> Ended {
    Ended::Refused(RemoteError::Changed { name: object.name.clone() })
}

fn silent(patience: &Patience) -> Ended {
    Ended::Broken(format!("nothing came for {} seconds", patience.silence.as_secs()))
}

fn slow(patience: &Patience, size: u64) -> Ended {
    let (least, seconds) = (enough(size), patience.slowness.as_secs());
    Ended::Broken(format!("it came too slowly, less than {least} bytes in {seconds} seconds"))
}

/// Only what the store is at a loss with itself is worth another try.
fn ended(object: &Remote, error: &Error) -> Ended {
    let name = object.name.clone();
    match error {
        Error::NotFound { .. } => Ended::Refused(RemoteError::not_there(name)),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Ended::Refused(RemoteError::denied(name)),
        Error::Precondition { .. } => changed(object),
        Error::Generic { .. } if tells_no_length(error) => Ended::Refused(RemoteError::NoLength { name }),
        Error::Generic { .. } => Ended::Broken(cause(error)),
        _ => Ended::Refused(RemoteError::Unread { name, reason: cause(error) }),
    }
}

fn disk(object: &Remote) -> impl FnOnce(std::io::Error) -> RemoteError + '_ {
    move |source| RemoteError::Disk { name: object.name.clone(), source }
}

#[cfg(test)]
mod tests;
