//! An object is fetched into a file. What is cut off goes on where it stopped, as long as the store says
//! by a strong ETag that the object is the same; without one it begins anew.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{Error, GetOptions, GetRange};

use super::error::cause;
use super::{Remote, RemoteError};

/// Tries in a row that bring nothing.
const TRIES: u32 = 5;
/// Before the second try; twice as long before each further one.
const WAIT: Duration = Duration::from_millis(100);
/// What brings nothing for so long is broken off.
const SILENCE: Duration = Duration::from_secs(30);

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
    let mut begun: Option<Begun> = None;
    let mut tries = 0;
    loop {
        let before = begun.as_ref().map_or(0, |begun| begun.came);
        let reason = match go_on(object, file, &mut begun, told).await {
            Ok(size) => return Ok(size),
            Err(Ended::Refused(error)) => return Err(error),
            Err(Ended::Broken(reason)) => reason,
        };
        let (came, size, can_go_on) =
            begun.as_ref().map_or((0, None, false), |begun| (begun.came, Some(begun.size), begun.e_tag.is_some()));
        tries = if can_go_on && came > before { 1 } else { tries + 1 };
        if tries >= TRIES {
            let name = object.name.clone();
            return Err(match size {
                Some(size) => RemoteError::Cut { name, came, size, reason },
                None => RemoteError::Unread { name, reason },
            });
        }
        tracing::info!(object = %object.name, came, "asked again: {reason}");
        if !can_go_on {
            begun = None;
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(disk(object))?;
        }
        tokio::time::sleep(WAIT * 2_u32.pow(tries - 1)).await;
    }
}

/// One request, for the whole object or for what is missing of it.
async fn go_on(
    object: &Remote,
    file: &mut File,
    begun: &mut Option<Begun>,
    told: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<u64, Ended> {
    let changed = || Ended::Refused(RemoteError::Changed { name: object.name.clone() });
    let mut options = GetOptions::default();
    if let Some(held) = begun.as_ref() {
        if held.came == held.size {
            return Ok(held.size);
        }
        options.range = Some(GetRange::Offset(held.came));
        options.if_match = held.e_tag.clone();
    }
    let asked = object.store.get_opts(&object.path, options);
    let answer =
        tokio::time::timeout(SILENCE, asked).await.map_err(|_| silent())?.map_err(|error| ended(object, &error))?;
    let (size, came) = (answer.meta.size, answer.range.start);
    let e_tag = answer.meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
    if begun.as_ref().is_some_and(|held| (held.size, held.came, &held.e_tag) != (size, came, &e_tag)) {
        return Err(changed());
    }
    let held = begun.get_or_insert(Begun { size, e_tag, came: 0 });
    told(held.came, held.size);
    let mut pieces = answer.into_stream();
    while let Some(piece) = next(&mut pieces).await? {
        if held.came + piece.len() as u64 > held.size {
            return Err(changed());
        }
        file.write_all(&piece).map_err(|source| Ended::Refused(disk(object)(source)))?;
        held.came += piece.len() as u64;
        told(held.came, held.size);
    }
    if held.came < held.size {
        return Err(Ended::Broken("the answer ended before the object did".to_owned()));
    }
    Ok(held.size)
}

async fn next(pieces: &mut BoxStream<'static, object_store::Result<Bytes>>) -> Result<Option<Bytes>, Ended> {
    let piece = tokio::time::timeout(SILENCE, pieces.next()).await.map_err(|_| silent())?;
    piece.transpose().map_err(|error| Ended::Broken(cause(&error)))
}

fn silent() -> Ended {
    Ended::Broken(format!("nothing came for {} seconds", SILENCE.as_secs()))
}

/// Only what the store is at a loss with itself is worth another try.
fn ended(object: &Remote, error: &Error) -> Ended {
    let name = object.name.clone();
    match error {
        Error::NotFound { .. } => Ended::Refused(RemoteError::NotThere { name }),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Ended::Refused(RemoteError::Denied { name }),
        Error::Precondition { .. } => Ended::Refused(RemoteError::Changed { name }),
        Error::Generic { .. } => Ended::Broken(cause(error)),
        _ => Ended::Refused(RemoteError::Unread { name, reason: cause(error) }),
    }
}

fn disk(object: &Remote) -> impl FnOnce(std::io::Error) -> RemoteError + '_ {
    move |source| RemoteError::Disk { name: object.name.clone(), source }
}
