use std::error::Error;

use thiserror::Error;

/// Why an object cannot be had. A message names the address without its query, since that may be a
/// signature, and never quotes what a server has answered.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// It cannot be read as an address.
    #[error("{scheme}://… is no address; give a path, or one like s3://bucket/folder/file.csv")]
    NoAddress { scheme: String },
    /// It would be a path: `s3:/bucket/file.csv`.
    #[error(
        "what begins with {scheme} is an address if two slashes follow, such as s3://bucket/folder/file.csv; a file or \
         folder of that name is ./{scheme}…"
    )]
    NoSlashes { scheme: &'static str },
    /// An address of a kind, or with settings, that it is not read with.
    #[error("{name}: {reason}")]
    Refused { name: String, reason: &'static str },
    /// The environment does not say who asks, or says what is not safe.
    #[error("{name}: {reason}")]
    Environment { name: String, reason: &'static str },
    /// The settings do not make a store.
    #[error("{name}: the settings of the environment (AWS_…) make no store of it: {reason}; mend them")]
    Unusable { name: String, reason: String },
    /// There is nothing there.
    #[error("{name} is not there; check bucket and key")]
    NotThere { name: String },
    /// There is no such bucket.
    #[error("{name}: the store has no such bucket; check its name, AWS_ENDPOINT_URL and AWS_REGION, or make it first")]
    NoBucket { name: String },
    /// A web server has nothing there.
    #[error("{name} is not there; check the address")]
    NoPage { name: String },
    /// A web server does not give it to everybody.
    #[error(
        "{name}: the server does not allow it; if the address is signed, the signature may have expired: ask for a new \
         one; if it wants a password, fetch the file with another program and give - for standard input"
    )]
    Forbidden { name: String },
    /// Nothing would tell a part from the whole.
    #[error(
        "{name}: the server does not say how long it is, so nobody could tell a part from the whole; fetch it with \
         another program and give - for standard input"
    )]
    NoLength { name: String },
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
    pub(super) fn not_there(name: String) -> Self {
        if is_web(&name) { Self::NoPage { name } } else { Self::NotThere { name } }
    }

    pub(super) fn denied(name: String) -> Self {
        if is_web(&name) { Self::Forbidden { name } } else { Self::Denied { name } }
    }

    pub(super) fn unusable(name: &str) -> impl FnOnce(object_store::Error) -> Self + '_ {
        move |error| Self::Unusable { name: name.to_owned(), reason: cause(&error) }
    }
}

/// Whether a name is that of a web address, of which keys of a store are no matter.
fn is_web(name: &str) -> bool {
    !name.starts_with("s3://")
}

/// What went wrong at the bottom of it: what stands above quotes the whole address of the request.
pub(super) fn cause(error: &object_store::Error) -> String {
    let text = deepest(error);
    let text = match text.strip_prefix("Server returned non-2xx status code: ") {
        // The body of the answer follows its status.
        Some(status) => format!("the server answers {}", status.split(':').next().unwrap_or(status)),
        None => text,
    };
    text.split(['<', '\n']).next().unwrap_or_default().trim().to_owned()
}

/// Whether a server has answered without saying how long the answer is.
pub(super) fn tells_no_length(error: &object_store::Error) -> bool {
    deepest(error).starts_with("Content-Length Header missing")
}

/// Whether the server has answered that there is no such thing, where the crate has no variant for that.
pub(super) fn is_404(error: &object_store::Error) -> bool {
    deepest(error).starts_with("Server returned non-2xx status code: 404")
}

fn deepest(error: &object_store::Error) -> String {
    let mut deepest: &(dyn Error + 'static) = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_quotes_no_body_and_no_address() {
        let told = |text: &str| cause(&object_store::Error::Generic { store: "S3", source: text.into() });
        assert_eq!(told("Server returned non-2xx status code: 500 Oops: <a>secret</a>"), "the server answers 500 Oops");
        assert_eq!(told("connection refused <secret>"), "connection refused");
    }

    #[test]
    fn a_web_server_is_not_told_of_as_a_store() {
        for told in [RemoteError::not_there, RemoteError::denied] {
            let web = told("https://host/a.csv".to_owned()).to_string();
            assert!(!web.contains("AWS") && !web.contains("bucket") && !web.contains("key"), "{web}");
            assert!(told("s3://bucket/a.csv".to_owned()).to_string().contains("key"));
        }
    }
}
