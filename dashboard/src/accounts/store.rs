use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;

use super::AccountError;

const SCHEMA: &str = include_str!("../../store/schema.sql");
/// How long is waited for another process, such as `sunlake user add` beside a server.
const PATIENCE: Duration = Duration::from_secs(5);

/// One connection to the file, for one user at a time. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, AccountError> {
        let io = |source| AccountError::Io { file: path.display().to_string(), source };
        if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        // SQLite would make it for everybody to read.
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io)?;
        Self::ready(Connection::open(path)?)
    }

    pub(super) fn in_memory() -> Result<Self, AccountError> {
        Self::ready(Connection::open_in_memory()?)
    }

    fn ready(connection: Connection) -> Result<Self, AccountError> {
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch("pragma foreign_keys = on; pragma secure_delete = on;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Works with the connection; others wait meanwhile.
    pub fn with<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> T {
        let mut connection = self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        work(&mut connection)
    }
}
