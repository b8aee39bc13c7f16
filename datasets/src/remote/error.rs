use std::error::Error;

use thiserror::Error;

/// Why an object cannot be had. A message names the address without its query, since that may be a
/// signature, and never quotes what a server has answered.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// It cannot be read as an address.
    #[error("{scheme}://… is no address; give a path, or one like s3://bucket/folder/file.csv")]
    NoAddress { scheme: String },
    /// An address of a kind, or with settings, that it is not read with.
    #[error("{name}: {reason}")]
    Refused { name: String, reason: &'static str },
    /// The settings do not make a store.
    #[error("{name}: the settings of the environment (AWS_…) make no store of it: {reason}; mend them")]
    Unusable { name: String, reason: String },
    /// There is nothing there.
    #[error("{name} is not there; check bucket and key")]
    NotThere { name: String },
    /// It is not ours to read.
    #[error(
        "{name}: the store does not allow it; check the key in AWS_ACCESS_KEY_ID and what it may do, or whether a \
         signed address has expired"
    )]
    Denied { name: String },
    /// It is another object than at the beginning.
    #[error("{name} was changed while it was fetched, and nothing of it has landed; run the same command again")]
    Changed { name: String },
    /// Not all of it has come.
    #[error(
        "{name}: only {came} of {size} bytes came, however often it was asked again ({reason}), and nothing of it has \
         landed; run the same command again"
    )]
    Cut { name: String, came: u64, size: u64, reason: String },
    /// Nothing of it has come.
    #[error("{name} cannot be read: {reason}; check the address and the network, then run the same command again")]
    Unread { name: String, reason: String },
    /// Something was to be read or written, and was not.
    #[error("{name}: {reason}; check the address and the network, then run the same command again")]
    Failed { name: String, reason: String },
    /// The temporary folder has no room, or is broken.
    #[error("{name}: the temporary folder takes no more; free some space, or set TMPDIR to another folder")]
    Disk { name: String, source: std::io::Error },
}

impl RemoteError {
    pub(super) fn unusable(name: &str) -> impl FnOnce(object_store::Error) -> Self + '_ {
        move |error| Self::Unusable { name: name.to_owned(), reason: cause(&error) }
    }
}

/// What went wrong at the bottom of it: what stands above quotes the whole address of the request.
pub(super) fn cause(error: &object_store::Error) -> String {
    let mut deepest: &(dyn Error + 'static) = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    let text = deepest.to_string();
    let text = match text.strip_prefix("Server returned non-2xx status code: ") {
        // The body of the answer follows its status.
        Some(status) => format!("the server answers {}", status.split(':').next().unwrap_or(status)),
        None if text.starts_with("Content-Length") => {
            "the server does not say how long it is, so that nobody could tell a part from the whole; fetch it with \
             another program and give - for standard input"
                .to_owned()
        }
        None => text,
    };
    text.split(['<', '\n']).next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_quotes_no_body_and_no_address() {
        let told = |text: &str| cause(&object_store::Error::Generic { store: "S3", source: text.into() });
        assert_eq!(told("Server returned non-2xx status code: 500 Oops: <a>secret</a>"), "the server answers 500 Oops");
        assert_eq!(told("connection refused <secret>"), "connection refused");
        assert!(told("Content-Length Header missing from response").contains("standard input"));
    }
}
