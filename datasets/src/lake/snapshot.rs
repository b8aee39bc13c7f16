//! A pinned version of a table: the files that are live in it, with their statistics.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deltalake::kernel::{Action, Remove};
use deltalake::table::state::DeltaTableState;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};
use serde_json::Value;

use super::LakeError;
use super::table::Table;
use super::write::DIGEST_TAG;
use crate::contract::Contract;

/// One version of a table, for reading.
#[derive(Debug, Clone)]
pub struct TableSnapshot {
    /// What the table holds.
    pub contract: &'static Contract,
    /// The table's own id, which it was given when it was made.
    pub(super) id: String,
    /// The version.
    pub version: u64,
    /// The live files, by path.
    pub files: Arc<Vec<LiveFile>>,
    /// The table's own store, rooted at the table.
    pub store: Arc<dyn ObjectStore>,
    /// The table's root inside the whole store.
    root: Path,
}

/// A file that is live in a version.
#[derive(Debug, Clone)]
pub struct LiveFile {
    /// Path below the table's root.
    pub name: String,
    /// Path inside the whole store.
    pub path: Path,
    /// Size, bytes.
    pub size: u64,
    /// When it was made, milliseconds since the epoch.
    pub modified_ms: i64,
    /// Values of the partition fields.
    pub partition: HashMap<String, Option<String>>,
    /// Rows, if the log says so.
    pub rows: Option<u64>,
    /// SHA-256 of what was written, hexadecimal; files of older programs have none.
    pub(super) sha256: Option<String>,
    min: Value,
    max: Value,
}

impl LiveFile {
    /// Smallest value of a field as the log has it (text may be cut short).
    pub fn min(&self, field: &str) -> Option<&Value> {
        self.min.get(field)
    }

    /// Largest value of a field as the log has it.
    pub fn max(&self, field: &str) -> Option<&Value> {
        self.max.get(field)
    }

    /// Whether the file may hold a row whose text `field` lies in `low..=high`.
    pub fn may_hold_text(&self, field: &str, low: &str, high: &str) -> bool {
        let below = self.max(field).and_then(Value::as_str).is_some_and(|max| max < low && !low.starts_with(max));
        let above = self.min(field).and_then(Value::as_str).is_some_and(|min| min > high);
        !(below || above)
    }

    /// The action that takes the file out; `data_change` unless its rows stay in another file.
    pub(super) fn removal(&self, now_ms: i64, data_change: bool) -> Action {
        Action::Remove(Remove {
            path: self.name.clone(),
            data_change,
            deletion_timestamp: Some(now_ms),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition.clone()),
            size: i64::try_from(self.size).ok(),
            ..Default::default()
        })
    }
}

impl TableSnapshot {
    pub(super) fn new(table: &Table, state: &DeltaTableState) -> Result<Self, LakeError> {
        let mut files = Vec::with_capacity(state.log_data().num_files());
        for view in state.log_data().iter() {
            if view.deletion_vector_descriptor().is_some() {
                let table = table.name().to_owned();
                return Err(LakeError::Unsupported { table, feature: "deletion vectors" });
            }
            #[expect(deprecated, reason = "nothing else tells the tags of a file")]
            let add = view.add_action();
            let stats: Value = add.stats.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            files.push(LiveFile {
                path: join(table.path(), &add.path),
                size: u64::try_from(add.size).unwrap_or_default(),
                modified_ms: add.modification_time,
                partition: add.partition_values,
                rows: view.num_records().map(|rows| rows as u64),
                sha256: add.tags.and_then(|mut tags| tags.remove(DIGEST_TAG)).flatten(),
                min: stats.get("minValues").cloned().unwrap_or_default(),
                max: stats.get("maxValues").cloned().unwrap_or_default(),
                name: add.path,
            });
        }
        files.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self {
            contract: table.contract(),
            id: state.metadata().id().to_owned(),
            version: state.version(),
            files: Arc::new(files),
            store: table.store(),
            root: table.path().clone(),
        })
    }

    /// Path inside the whole store of a file of the table.
    pub(super) fn in_store(&self, name: &Path) -> Path {
        join(&self.root, name.as_ref())
    }

    /// A file of the table that this version does not name, for reading; of its folders nothing is told.
    pub(super) fn unnamed(&self, file: &ObjectMeta) -> LiveFile {
        LiveFile {
            name: file.location.to_string(),
            path: self.in_store(&file.location),
            size: file.size,
            modified_ms: file.last_modified.timestamp_millis(),
            partition: HashMap::new(),
            rows: None,
            sha256: None,
            min: Value::Null,
            max: Value::Null,
        }
    }

    /// Rows in all files, where the log says so.
    pub fn rows(&self) -> u64 {
        self.files.iter().filter_map(|file| file.rows).sum()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// The same snapshot with only the files that `keep` wants.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&LiveFile) -> bool) -> Self {
        let files = self.files.iter().filter(|file| keep(file)).cloned().collect();
        Self { files: Arc::new(files), ..self.clone() }
    }

    /// Only the files that were not there in a version with these names.
    #[must_use]
    pub fn without(&self, names: &HashSet<String>) -> Self {
        self.filtered(|file| !names.contains(&file.name))
    }
}

/// Joins a file's name, which may hold `=` and percent signs, to a table's path.
fn join(root: &Path, name: &str) -> Path {
    match Path::parse(format!("{root}/{name}")) {
        Ok(path) => path,
        Err(_) => Path::from(format!("{root}/{name}")),
    }
}
