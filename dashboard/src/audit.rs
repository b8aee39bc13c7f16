//! Who saw or did what, from where: entries of the audit log (`datasets::audit`), written off the threads
//! that answer. What must be noted and cannot be is not done.

use std::sync::Arc;

use datasets::audit::{AuditEntry, AuditError, AuditLog};
use datasets::clock::Clock;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use crate::accounts::Visitor;
use crate::error::HttpError;

/// The log of this server, if it keeps one. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    log: Option<AuditLog>,
    clock: Arc<dyn Clock>,
}

impl Audit {
    /// Entries carry the time of that clock, which is the machine's.
    pub(crate) fn new(log: Option<AuditLog>, clock: Arc<dyn Clock>) -> Self {
        Self { log, clock }
    }

    /// Notes what a visitor does; when this returns, it is on the disk. `fields` is an object, and says
    /// nothing of who a person in the records is.
    pub(crate) async fn note(
        &self,
        visitor: &Visitor,
        action: &'static str,
        fields: impl Into<Value>,
    ) -> Result<(), HttpError> {
        let fields = entry(visitor, fields.into());
        let Some(log) = self.log.clone() else { return Ok(()) };
        let (actor, at) = (visitor.principal.name.clone(), self.clock.now());
        spawn_blocking(move || log.append(at, &actor, action, &fields)).await??;
        Ok(())
    }

    /// The newest entries, the newest first; none without a log.
    pub(crate) async fn newest(&self, most: usize) -> Result<Vec<AuditEntry>, HttpError> {
        let Some(log) = self.log.clone() else { return Ok(Vec::new()) };
        let read = move || {
            let entries = log.entries()?;
            Ok::<_, AuditError>(entries.into_iter().rev().take(most).collect::<Vec<_>>())
        };
        Ok(spawn_blocking(read).await??)
    }
}

/// The fields with where they come from.
fn entry(visitor: &Visitor, fields: Value) -> Map<String, Value> {
    let mut entry = match fields {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    if !visitor.address.is_empty() {
        entry.insert("from".to_owned(), visitor.address.clone().into());
    }
    entry
}

#[cfg(test)]
mod tests {
    use datasets::clock::SystemClock;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_entry_says_who_what_and_from_where_and_follows_the_one_before() {
        let folder = tempfile::tempdir().expect("folder");
        let log = AuditLog::at(folder.path().join("audit.ndjson"));
        let audit = Audit::new(Some(log.clone()), Arc::new(SystemClock::default()));
        let visitor = Visitor { address: "10.0.0.7".into(), ..Visitor::local() };
        for rows in [1, 2] {
            audit.note(&visitor, "export", json!({ "rows": rows })).await.expect("noted");
        }
        let entries = audit.newest(1).await.expect("read");
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].seq, entries[0].action.as_str()), (2, "export"));
        assert_eq!(Value::Object(entries[0].fields.clone()), json!({ "rows": 2, "from": "10.0.0.7" }));
        assert!(log.verify().expect("read").fault.is_none());
        let none = Audit::new(None, Arc::new(SystemClock::default()));
        none.note(&visitor, "export", json!({})).await.expect("nothing to do");
    }
}
