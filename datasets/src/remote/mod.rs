//! What rests in an object store, or behind a web address: how it is reached and what it is called.
//! Settings and secrets come from the environment alone; none of them is in a name or a message.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientConfigKey, ClientOptions, ObjectStore, RetryConfig};
use url::{Position, Url};

mod error;
mod fetch;
mod quiet;

pub use error::RemoteError;
pub use fetch::fetch;

/// A host that does not answer at all is given up after so long.
const CONNECT: Duration = Duration::from_secs(5);
/// So long may one request take that copies a file or a part of one.
const REQUEST: Duration = Duration::from_secs(600);
/// A request to copy that fails is tried again so often.
const AGAIN: usize = 5;

/// An object, or what has a common beginning of its key, in a store.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The address without query: what messages and the ledger have.
    pub name: String,
    /// The bucket, or the web server.
    pub store: Arc<dyn ObjectStore>,
    /// The key.
    pub path: Path,
}

impl Remote {
    /// Refuses what cannot be the address of an object, whatever there is in the environment or behind it.
    pub fn check_object(address: &str) -> Result<(), RemoteError> {
        of_object(address).map(|_| ())
    }

    /// Reads `s3://bucket/key`, `https://host/path` or `http://host/path`: one object to fetch. Nothing
    /// is asked for yet. What fails is not tried again by the store: [`fetch`] knows how far it has come.
    pub fn object(address: &str) -> Result<Self, RemoteError> {
        // What a request may take as a whole depends on the object: `fetch` looks at each piece.
        let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout_disabled();
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let (url, name, path) = of_object(address)?;
        let store: Arc<dyn ObjectStore> = if url.scheme() == "s3" {
            s3(&url, &name, client, retry)?
        } else {
            let client = client.with_allow_http(url.scheme() == "http");
            // A signature in the query goes with every request.
            let mut base = url.clone();
            base.set_path("");
            base.set_fragment(None);
            let built = HttpBuilder::new().with_url(base).with_client_options(client).with_retry(retry).build();
            Arc::new(built.map_err(RemoteError::unusable(&name))?)
        };
        Ok(Self { name, store, path })
    }

    /// Reads `s3://bucket/folder`: what files are copied to and from. What fails is tried again by the store.
    pub fn folder(address: &str) -> Result<Self, RemoteError> {
        let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST);
        let retry = RetryConfig { max_retries: AGAIN, retry_timeout: REQUEST, ..RetryConfig::default() };
        let (url, name) = parsed(address)?;
        let inner = s3(&url, &name, client, retry)?;
        let path = Path::from_url_path(url.path()).map_err(|error| RemoteError::unusable(&name)(error.into()))?;
        if path.is_root() {
            let reason = "it names no folder in the bucket; write s3://bucket/backup";
            return Err(RemoteError::Refused { name, reason });
        }
        let bucket = format!("s3://{}", url.host_str().unwrap_or_default());
        Ok(Self { name, store: Arc::new(quiet::Quiet::new(&bucket, inner)), path })
    }
}

/// Two of one address are one place.
impl PartialEq for Remote {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Remote {}

/// Refuses a path that was meant as an address.
pub fn refuse_without_slashes(text: &str) -> Result<(), RemoteError> {
    let lacks = |scheme: &&str| text.strip_prefix(*scheme).is_some_and(|rest| !rest.starts_with("//"));
    match ["s3:", "https:", "http:", "file:"].into_iter().find(lacks) {
        Some(scheme) => Err(RemoteError::NoSlashes { scheme }),
        None => Ok(()),
    }
}

/// The address of one object, what it is called, and its key.
fn of_object(address: &str) -> Result<(Url, String, Path), RemoteError> {
    let (url, name) = parsed(address)?;
    let refused = |reason| Err(RemoteError::Refused { name: name.clone(), reason });
    match url.scheme() {
        "s3" => {
            bucket(&url, &name)?;
        }
        "https" | "http" => {}
        _ => {
            return refused(
                "files are read from s3://, https://, http:// and file:///; fetch it first and give its path",
            );
        }
    }
    let path = Path::from_url_path(url.path()).map_err(|error| RemoteError::unusable(&name)(error.into()))?;
    if path.is_root() || url.path().ends_with('/') {
        return refused("it names no single object; add its key, such as s3://bucket/folder/file.csv");
    }
    Ok((url, name, path))
}

/// The address, and what it is called.
fn parsed(address: &str) -> Result<(Url, String), RemoteError> {
    let scheme = || address.split_once("://").map_or("", |(scheme, _)| scheme).to_owned();
    let url = Url::parse(address).map_err(|_| RemoteError::NoAddress { scheme: scheme() })?;
    let path = match Path::from_url_path(url.path()) {
        Ok(path) if !path.as_ref().contains(char::is_control) => format!("/{path}"),
        _ => url.path().to_owned(),
    };
    let name = format!("{}://{}{path}", url.scheme(), &url[Position::BeforeHost..Position::AfterPort]);
    let refused = |reason| Err(RemoteError::Refused { name: name.clone(), reason });
    if !url.username().is_empty() || url.password().is_some() {
        return refused(
            "an address on a command line is seen by others: leave out name and password; of S3 they come from the \
             environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), otherwise fetch the file first and give its path",
        );
    }
    if url.scheme() == "s3" && (url.query().is_some() || url.fragment().is_some()) {
        return refused("in a key of S3 write %3F for a question mark and %23 for a number sign");
    }
    Ok((url, name))
}

fn bucket<'a>(url: &'a Url, name: &str) -> Result<&'a str, RemoteError> {
    let reason = "it names no bucket; write s3://bucket/folder/file.csv";
    let refused = || RemoteError::Refused { name: name.to_owned(), reason };
    url.host_str().filter(|bucket| !bucket.is_empty()).ok_or_else(refused)
}

/// The bucket that an address names, by the environment's settings.
fn s3(url: &Url, name: &str, client: ClientOptions, retry: RetryConfig) -> Result<Arc<dyn ObjectStore>, RemoteError> {
    let refused = |reason| Err(RemoteError::Environment { name: name.to_owned(), reason });
    let bucket = bucket(url, name)?;
    let mut builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
    let mut is_known = false;
    for (variable, value) in std::env::vars_os() {
        let (Some(variable), Some(value)) = (variable.to_str(), value.to_str()) else { continue };
        if !variable.starts_with("AWS_") || value.is_empty() {
            continue;
        }
        let Ok(key) = variable.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() else { continue };
        // The crate would write it to its log with every connection.
        if matches!(key, AmazonS3ConfigKey::Endpoint | AmazonS3ConfigKey::S3Endpoint)
            && Url::parse(value).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
        {
            return refused(
                "AWS_ENDPOINT_URL holds a name or a password; leave them out: who asks is told by AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY",
            );
        }
        is_known |= tells_who(key);
        builder = builder.with_config(key, value);
    }
    if !is_known {
        // Otherwise the crate would ask the network who we are, and wait for an answer that few places have.
        return refused(
            "nothing in the environment says who asks; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or \
             AWS_SKIP_SIGNATURE=true for what everybody may read",
        );
    }
    let told = |key: AmazonS3ConfigKey| builder.get_config_value(&key);
    let endpoint = told(AmazonS3ConfigKey::S3Endpoint).or_else(|| told(AmazonS3ConfigKey::Endpoint));
    let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let may_be_plain = told(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp));
    if is_plain && !may_be_plain.is_some_and(|allowed| allowed.eq_ignore_ascii_case("true")) {
        return refused(
            "AWS_ENDPOINT_URL begins with http://, so what is fetched can be read on its way; give an address with \
             https://, or set AWS_ALLOW_HTTP=true if the way is safe",
        );
    }
    Ok(Arc::new(builder.with_bucket_name(bucket).build().map_err(RemoteError::unusable(name))?))
}

/// Whether a setting says in whose name a store is asked, or where to find that out.
fn tells_who(key: AmazonS3ConfigKey) -> bool {
    matches!(
        key,
        AmazonS3ConfigKey::AccessKeyId
            | AmazonS3ConfigKey::SecretAccessKey
            | AmazonS3ConfigKey::WebIdentityTokenFile
            | AmazonS3ConfigKey::ContainerCredentialsRelativeUri
            | AmazonS3ConfigKey::ContainerCredentialsFullUri
            | AmazonS3ConfigKey::MetadataEndpoint
            | AmazonS3ConfigKey::SkipSignature
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_neither_query_nor_what_stands_before_the_host() {
        let name = |address: &str| parsed(address).map(|(_, name)| name);
        assert_eq!(name("https://host:8443/a/b%20c.csv?sig=secret#x").expect("name"), "https://host:8443/a/b c.csv");
        assert_eq!(name("s3://exports/2023/事项.csv").expect("name"), "s3://exports/2023/事项.csv");
        for (bad, says) in [
            ("https://someone:secret@host/a.csv", "leave out name and password"),
            ("s3://secret@bucket/a.csv", "leave out name and password"),
            ("s3://bucket/a?secret=1", "%3F"),
            ("http://someone:secret@[/a.csv", "http://… is no address"),
        ] {
            let message = name(bad).expect_err("refused").to_string();
            assert!(message.contains(says) && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn what_is_no_single_object_is_refused() {
        for bad in ["https://host/", "https://host", "https://host/folder/", "ftp://host/a.csv", "gs://bucket/a.csv"] {
            assert!(matches!(Remote::check_object(bad), Err(RemoteError::Refused { .. })), "{bad}");
        }
        assert!(matches!(Remote::check_object("s3:///a.csv"), Err(RemoteError::Refused { .. })));
        for bad in ["s3:/bucket/a.csv", "http:host/a.csv", "file:/a.csv", "s3:"] {
            assert!(matches!(refuse_without_slashes(bad), Err(RemoteError::NoSlashes { .. })), "{bad}");
        }
        for good in ["./s3:/a.csv", "s3://bucket/a.csv", "file:///a.csv", "s3.csv"] {
            assert!(refuse_without_slashes(good).is_ok(), "{good}");
        }
        let object = Remote::object("https://host/a/%E4%BA%8B.csv?sig=x").expect("object");
        assert_eq!((object.path.as_ref(), object.name.as_str()), ("a/事.csv", "https://host/a/事.csv"));
    }
}
