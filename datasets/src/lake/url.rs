//! Where a lake is: one address, and the only place where paths inside it are made.

use std::path::{Component, Path as FsPath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use url::Url;

use super::LakeError;
use super::durable::DurableStore;
use crate::remote::{Remote, refuse_without_slashes};

/// Address of a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeUrl {
    root: Url,
    folder: Option<PathBuf>,
    /// Beyond this machine: a backup may rest there, a lake does not.
    remote: Option<Remote>,
}

impl LakeUrl {
    /// Reads `memory://name`, `file:///folder` or the path of a folder (relative to the present one,
    /// also through `..`).
    pub fn parse(text: &str) -> Result<Self, LakeError> {
        let bad = |reason: &str| LakeError::BadUrl { url: text.to_owned(), reason: reason.to_owned() };
        if let Some(name) = text.strip_prefix("memory://") {
            let name = name.trim_matches('/');
            let path = if name.is_empty() { "lake" } else { name };
            let root = Url::parse(&format!("memory:///{path}/")).map_err(|_| bad("not a URL"))?;
            return Ok(Self { root, folder: None, remote: None });
        }
        if text.is_empty() {
            return Err(bad("it is empty"));
        }
        refuse_without_slashes(text)?;
        let folder = match text.split_once("://") {
            None => PathBuf::from(text),
            Some(("file", _)) => {
                Url::parse(text).ok().and_then(|url| url.to_file_path().ok()).ok_or_else(|| bad("not a file URL"))?
            }
            Some((scheme, _)) => return Err(bad(&format!("{scheme}:// is not supported by this build"))),
        };
        let folder = normal(&std::path::absolute(&folder).map_err(|_| bad("not a path"))?);
        let root = Url::from_directory_path(&folder).map_err(|()| bad("not an absolute path"))?;
        Ok(Self { root, folder: Some(folder), remote: None })
    }

    /// Where a backup is or is to be: as [`LakeUrl::parse`] has it, or `s3://bucket/folder`.
    pub fn of_backup(text: &str) -> Result<Self, LakeError> {
        if !text.starts_with("s3://") {
            return Self::parse(text);
        }
        let remote = Remote::folder(text)?;
        let bad = || LakeError::BadUrl { url: remote.name.clone(), reason: "not a URL".to_owned() };
        // The store is opened here, so an engine is shown a scheme for which it opens none.
        let mut root = Url::parse("memory:///").map_err(|_| bad())?;
        root.path_segments_mut().map_err(|()| bad())?.extend(remote.path.parts()).push("");
        Ok(Self { root, folder: None, remote: Some(remote) })
    }

    /// The folder on the local disk, if the lake rests there.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    /// The address of a folder in it.
    pub(super) fn below(&self, name: &str) -> Result<Self, LakeError> {
        let folder = self.folder.as_ref().map(|folder| folder.join(name));
        Ok(Self { root: self.table(name)?, folder, remote: self.remote.clone() })
    }

    /// Whether the lake ends with its process: what is landed in it is seen by nobody else.
    pub fn is_volatile(&self) -> bool {
        self.folder.is_none() && self.remote.is_none()
    }

    /// URL of a table's root, ending in a slash.
    pub(super) fn table(&self, table: &str) -> Result<Url, LakeError> {
        self.root
            .join(&format!("{table}/"))
            .map_err(|error| LakeError::BadUrl { url: self.to_string(), reason: error.to_string() })
    }

    /// Path of its root inside its store.
    pub(super) fn path(&self) -> Result<Path, LakeError> {
        store_path(&self.root)
    }

    /// URL under which an engine registers the store: scheme only.
    pub fn store_url(&self) -> &'static str {
        if self.folder.is_some() { "file:///" } else { "memory:///" }
    }

    /// Opens the store that holds the lake.
    pub(super) fn open_store(&self) -> Arc<dyn ObjectStore> {
        match (&self.folder, &self.remote) {
            (Some(folder), _) => Arc::new(DurableStore::open(folder)),
            (None, Some(remote)) => remote.store.clone(),
            (None, None) => Arc::new(InMemory::new()),
        }
    }
}

/// The folder without `.` and `..`. Above a link is what is above the folder that it points to, as
/// the system has it.
fn normal(folder: &FsPath) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in folder.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if whole.is_symlink()
                    && let Ok(real) = whole.canonicalize()
                {
                    whole = real;
                }
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}

/// Where a folder really is, whatever links lead there; what is not there yet counts as it is named.
pub(super) fn resolved(folder: &FsPath) -> PathBuf {
    for known in folder.ancestors() {
        if let Ok(real) = known.canonicalize() {
            return folder.strip_prefix(known).map(|rest| real.join(rest)).unwrap_or(real);
        }
    }
    folder.to_owned()
}

/// Whether one folder is the other or lies within it, whatever links lead there.
pub(super) fn overlap(left: &FsPath, right: &FsPath) -> bool {
    let (left, right) = (resolved(left), resolved(right));
    left.starts_with(&right) || right.starts_with(&left)
}

/// Path of a URL inside its store.
pub(super) fn store_path(url: &Url) -> Result<Path, LakeError> {
    Path::from_url_path(url.path())
        .map_err(|error| LakeError::BadUrl { url: url.to_string(), reason: error.to_string() })
}

impl std::fmt::Display for LakeUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.folder, &self.remote) {
            (Some(folder), _) => write!(f, "{}", folder.display()),
            (None, Some(remote)) => f.write_str(&remote.name),
            (None, None) => f.write_str(self.root.as_str().trim_end_matches('/')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        let here = LakeUrl::parse("a lake/阳光").expect("relative");
        assert!(here.folder().expect("folder").is_absolute());
        let table = here.table("card").expect("table");
        assert!(store_path(&table).expect("path").to_string().ends_with("card"), "{table}");
        let memory = LakeUrl::parse("memory://x").expect("memory");
        assert_eq!(memory.to_string(), "memory:///x");
        assert!(memory.is_volatile() && !here.is_volatile());
        for bad in ["", "s3://bucket/lake", "file://host-only"] {
            assert!(matches!(LakeUrl::parse(bad), Err(LakeError::BadUrl { .. })), "{bad}");
        }
        for bad in ["s3:/bucket/lake", "file:/lake", "http:"] {
            assert!(
                LakeUrl::of_backup(bad).expect_err("refused").to_string().contains("if two slashes follow"),
                "{bad}"
            );
        }
        assert!(LakeUrl::parse("./s3:/lake").is_ok_and(|url| url.folder().is_some_and(|at| at.ends_with("s3:/lake"))));
    }

    #[test]
    fn folders_are_told_apart_through_dots_and_links() {
        let dir = tempfile::tempdir().expect("dir");
        let real = dir.path().canonicalize().expect("real");
        std::fs::create_dir_all(real.join("lake/inner")).expect("folder");
        std::os::unix::fs::symlink(real.join("lake/inner"), real.join("link")).expect("link");
        let parsed = |text: &str| LakeUrl::parse(&real.join(text).display().to_string()).expect("url");
        assert_eq!(parsed("lake/../beside").folder(), Some(real.join("beside").as_path()));
        assert_eq!(parsed("lake/./x/..").folder(), Some(real.join("lake").as_path()));
        assert_eq!(parsed("link/../y").folder(), Some(real.join("lake/y").as_path()), "as the system has it");
        assert!(parsed("lake/../beside").path().is_ok());
        let overlaps = |left: &str, right: &str| overlap(&real.join(left), &real.join(right));
        assert!(overlaps("lake", "lake") && overlaps("lake", "lake/new/er") && overlaps("lake/new", "lake"));
        assert!(overlaps("lake", "link") && overlaps("link/new", "lake") && !overlaps("lake", "lake2"));
        assert!(!overlaps("lake/other", "link"));
    }
}
