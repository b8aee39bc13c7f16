//! Queries that people keep under a title, and the history of what they asked. They rest in the file of the
//! accounts, under the name of who asked; the SQL stands in `dashboard/store`.

use analytics::Param;
use ingest::push::new_secret;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use tokio::task::spawn_blocking;

use super::asked::Asked;
use super::write::End;
use crate::accounts::{AccountError, Visitor};
use crate::error::HttpError;
use crate::state::App;

/// Queries that one person keeps.
pub(crate) const MOST_SAVED: i64 = 200;
/// Questions of one person that are remembered.
const MOST_PAST: i64 = 50;
/// Characters of a title.
pub(crate) const MOST_TITLE: usize = 80;
/// Characters of an id: 128 bits.
const ID: usize = 32;

const SCHEMA: &str = include_str!("../../store/saved_schema.sql");

/// A query that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) sql: String,
    /// A line for each parameter.
    pub(crate) params: String,
    pub(crate) is_shared: bool,
    pub(crate) saved_at: Timestamp,
}

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// There were more rows than asked for.
    Cut,
    /// Time, memory or rows ran out.
    Limit,
    Failed,
    /// Whoever asked went away.
    Stopped,
}

impl Outcome {
    pub(crate) const ALL: [Self; 5] = [Self::Done, Self::Cut, Self::Limit, Self::Failed, Self::Stopped];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Cut => "cut",
            Self::Limit => "limit",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    pub(crate) fn of(end: &End) -> Self {
        match &end.trouble {
            Some(trouble) if trouble.is_limit() => Self::Limit,
            Some(_) => Self::Failed,
            None if end.truncated => Self::Cut,
            None => Self::Done,
        }
    }
}

/// A question of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    /// Zero before it is kept.
    pub(crate) id: i64,
    pub(crate) sql: String,
    pub(crate) params: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) outcome: Outcome,
    pub(crate) rows: u64,
    pub(crate) millis: u64,
}

impl Past {
    pub(crate) fn new(asked: &Asked, asked_at: Timestamp, outcome: Outcome, rows: u64, millis: u64) -> Self {
        let lines = asked.params.iter().map(|(name, value)| format!("{name}={}", value_text(value)));
        let params = lines.collect::<Vec<_>>().join("\n");
        Self { id: 0, sql: asked.sql.clone(), params, asked_at, outcome, rows, millis }
    }
}

/// A parameter as it is typed.
pub(crate) fn value_text(value: &Param) -> String {
    match value {
        Param::Text(text) => text.clone(),
        Param::Int(number) => number.to_string(),
        Param::Date(day) => day.to_string(),
        Param::Instant(at) => at.to_string(),
    }
}

/// Keeps a query; its id. None if the person keeps too many already.
pub(crate) async fn save(app: &App, visitor: &Visitor, query: Saved) -> Result<Option<String>, HttpError> {
    let owner = visitor.principal.name.clone();
    within(app, move |connection| put(connection, &owner, &query)).await
}

/// What a person keeps, the latest first.
pub(crate) async fn list(app: &App, visitor: &Visitor) -> Result<Vec<Saved>, HttpError> {
    let owner = visitor.principal.name.clone();
    within(app, move |connection| {
        let mut statement = connection.prepare_cached(include_str!("../../store/saved_list.sql"))?;
        statement.query_map(named_params! { ":owner": owner }, saved)?.collect()
    })
    .await
}

/// A query that the visitor keeps, or that somebody has shared.
pub(crate) async fn one(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Saved>, HttpError> {
    let (reader, id) = (visitor.principal.name.clone(), id.to_owned());
    within(app, move |connection| find(connection, &reader, &id)).await
}

/// Keeps a query no more; whether it was the visitor's.
pub(crate) async fn forget(app: &App, visitor: &Visitor, id: &str) -> Result<bool, HttpError> {
    let (owner, id) = (visitor.principal.name.clone(), id.to_owned());
    within(app, move |connection| {
        let forget = include_str!("../../store/saved_forget.sql");
        Ok(connection.execute(forget, named_params! { ":id": id, ":owner": owner })? > 0)
    })
    .await
}

/// Adds a question to the history of who asked it.
pub(crate) async fn remember(app: &App, visitor: &Visitor, past: Past) -> Result<(), HttpError> {
    let owner = visitor.principal.name.clone();
    within(app, move |connection| note(connection, &owner, &past)).await
}

/// The history, the latest first.
pub(crate) async fn history(app: &App, visitor: &Visitor) -> Result<Vec<Past>, HttpError> {
    let owner = visitor.principal.name.clone();
    within(app, move |connection| {
        let mut statement = connection.prepare_cached(include_str!("../../store/asked_list.sql"))?;
        statement.query_map(named_params! { ":owner": owner }, past)?.collect()
    })
    .await
}

/// A question of the visitor's own history.
pub(crate) async fn asked(app: &App, visitor: &Visitor, id: i64) -> Result<Option<Past>, HttpError> {
    let owner = visitor.principal.name.clone();
    within(app, move |connection| {
        let one = include_str!("../../store/asked_one.sql");
        connection.query_row(one, named_params! { ":id": id, ":owner": owner }, past).optional()
    })
    .await
}

/// A new query, with an id that nobody can guess.
pub(crate) fn new(title: &str, sql: &str, params: &str, is_shared: bool, saved_at: Timestamp) -> Saved {
    let (_, digest) = new_secret();
    Saved {
        id: digest.chars().take(ID).collect(),
        title: title.trim().chars().take(MOST_TITLE).collect(),
        sql: sql.to_owned(),
        params: params.trim().to_owned(),
        is_shared,
        saved_at,
    }
}

/// Work on the file, off the threads that answer.
async fn within<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, HttpError> {
    let store = app.accounts.store();
    let done = spawn_blocking(move || {
        store.with(|connection| {
            connection.execute_batch(SCHEMA)?;
            work(connection)
        })
    });
    Ok(done.await?.map_err(AccountError::from)?)
}

fn put(connection: &mut Connection, owner: &str, query: &Saved) -> rusqlite::Result<Option<String>> {
    let transaction = connection.transaction()?;
    let count = include_str!("../../store/saved_count.sql");
    let held: i64 = transaction.query_row(count, named_params! { ":owner": owner }, |row| row.get(0))?;
    if held >= MOST_SAVED {
        return Ok(None);
    }
    transaction.execute(
        include_str!("../../store/saved_put.sql"),
        named_params! {
            ":id": query.id,
            ":owner": owner,
            ":title": query.title,
            ":sql": query.sql,
            ":params": query.params,
            ":is_shared": query.is_shared,
            ":saved_at": query.saved_at.as_microsecond(),
        },
    )?;
    transaction.commit()?;
    Ok(Some(query.id.clone()))
}

fn find(connection: &mut Connection, reader: &str, id: &str) -> rusqlite::Result<Option<Saved>> {
    let one = include_str!("../../store/saved_one.sql");
    connection.query_row(one, named_params! { ":id": id, ":reader": reader }, saved).optional()
}

fn note(connection: &mut Connection, owner: &str, past: &Past) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute(
        include_str!("../../store/asked_put.sql"),
        named_params! {
            ":owner": owner,
            ":sql": past.sql,
            ":params": past.params,
            ":asked_at": past.asked_at.as_microsecond(),
            ":outcome": past.outcome.as_str(),
            ":row_count": i64::try_from(past.rows).unwrap_or(i64::MAX),
            ":millis": i64::try_from(past.millis).unwrap_or(i64::MAX),
        },
    )?;
    let prune = include_str!("../../store/asked_prune.sql");
    transaction.execute(prune, named_params! { ":owner": owner, ":kept": MOST_PAST })?;
    transaction.commit()
}

fn saved(row: &Row<'_>) -> rusqlite::Result<Saved> {
    Ok(Saved {
        id: row.get(0)?,
        title: row.get(1)?,
        sql: row.get(2)?,
        params: row.get(3)?,
        is_shared: row.get(4)?,
        saved_at: instant(row.get(5)?),
    })
}

fn past(row: &Row<'_>) -> rusqlite::Result<Past> {
    let outcome: String = row.get(4)?;
    Ok(Past {
        id: row.get(0)?,
        sql: row.get(1)?,
        params: row.get(2)?,
        asked_at: instant(row.get(3)?),
        outcome: Outcome::ALL.into_iter().find(|known| known.as_str() == outcome).unwrap_or(Outcome::Failed),
        rows: row.get::<_, i64>(5)?.try_into().unwrap_or_default(),
        millis: row.get::<_, i64>(6)?.try_into().unwrap_or_default(),
    })
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Connection {
        let connection = Connection::open_in_memory().expect("a file");
        connection.execute_batch(SCHEMA).expect("tables");
        connection.execute_batch(SCHEMA).expect("again");
        connection
    }

    fn query(is_shared: bool) -> Saved {
        new(" 石康 ", "select 1", "a=1\n", is_shared, "2018-09-13T00:00:00Z".parse().expect("instant"))
    }

    #[test]
    fn a_query_is_read_by_its_owner_and_if_shared_by_who_has_the_link() {
        let mut file = file();
        let (own, shared) = (query(false), query(true));
        assert_eq!((own.id.len(), own.title.as_str(), own.params.as_str()), (ID, "石康", "a=1"));
        assert_ne!(own.id, shared.id);
        for query in [&own, &shared] {
            assert_eq!(put(&mut file, "ann", query).expect("kept"), Some(query.id.clone()));
        }
        let mut read = |reader: &str, query: &Saved| find(&mut file, reader, &query.id).expect("read");
        assert_eq!(read("ann", &own).as_ref(), Some(&own));
        assert_eq!(read("bob", &own), None);
        assert_eq!(read("bob", &shared).as_ref(), Some(&shared));
        assert_eq!(read("ann' or 1 = 1 --", &own), None);
    }

    #[test]
    fn a_person_keeps_so_many_queries_and_remembers_the_latest() {
        let mut file = file();
        for _ in 0..MOST_SAVED {
            put(&mut file, "ann", &query(false)).expect("kept").expect("an id");
        }
        assert_eq!(put(&mut file, "ann", &query(false)).expect("read"), None);
        assert!(put(&mut file, "bob", &query(false)).expect("kept").is_some());
        let asked = Asked { sql: "select 1".into(), params: Vec::new(), as_of: None, rows: 1, seconds: 1 };
        for n in 0..MOST_PAST as u64 + 10 {
            let past = Past::new(&asked, Timestamp::UNIX_EPOCH, Outcome::Cut, n, 3);
            note(&mut file, "ann", &past).expect("noted");
        }
        let list = include_str!("../../store/asked_list.sql");
        let mut statement = file.prepare(list).expect("statement");
        let held = statement.query_map(named_params! { ":owner": "ann" }, past).expect("read");
        let held: Vec<Past> = held.collect::<Result<_, _>>().expect("rows");
        assert_eq!((held.len() as i64, held[0].rows, held[0].outcome), (MOST_PAST, MOST_PAST as u64 + 9, Outcome::Cut));
    }
}
