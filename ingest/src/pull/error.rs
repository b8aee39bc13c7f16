use thiserror::Error;
use tokio_postgres::error::ErrorPosition;

use crate::IngestError;

/// Why a pull did not come to its end. Pages that had landed before stay, and the next pull goes on
/// behind them. No message holds the password, or a value of a row.
#[derive(Debug, Error)]
pub enum PullError {
    /// The section makes no sense, or not for this database.
    #[error("[[pull]] {pull}: {reason}")]
    Section { pull: String, reason: String },
    /// The password is not where the section says.
    #[error("[[pull]] {pull}: no password in {place}: {reason}")]
    Password { pull: String, place: String, reason: String },
    /// A column that the mapping names is not among those of the query.
    #[error("[[pull]] {pull}: column {column:?} of mapping {mapping} is missing; the query gives: {present}")]
    MissingColumn { pull: String, column: String, mapping: String, present: String },
    /// Columns of the query that a mapping which freezes its columns does not know.
    #[error(
        "[[pull]] {pull}: the query gives new columns: {columns}; mapping {mapping} refuses them (drift.mode = \"freeze\"). Name them in it, in a rule or in drift.ignore, leave them out of the query, or set drift.mode to \"discard\" or \"evolve\""
    )]
    NewColumns { pull: String, columns: String, mapping: String },
    /// The server cannot be reached, or lets nobody in.
    #[error("pull {pull}: cannot connect to {server}: {reason}; {remedy}")]
    Connect { pull: String, server: String, reason: String, remedy: &'static str },
    /// The server refused a statement, or went away.
    #[error("pull {pull}: {server} says: {reason}; {remedy}")]
    Server { pull: String, server: String, reason: String, remedy: &'static str },
    /// A page did not land.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The lake said no.
    #[error(transparent)]
    Lake(#[from] datasets::lake::LakeError),
}

/// What the server or the network says. Of an error about a value its code alone, since the
/// message would repeat the value.
pub(super) fn reason(error: &tokio_postgres::Error) -> String {
    let Some(said) = error.as_db_error() else { return causes(error) };
    let code = said.code().code();
    if code.starts_with("22") {
        return format!("a value of the query cannot be computed (SQLSTATE {code})");
    }
    let mut text = format!("{} (SQLSTATE {code})", said.message());
    if let Some(ErrorPosition::Original(at)) = said.position() {
        text += &format!(" at character {at} of the statement");
    }
    if let Some(hint) = said.hint() {
        text += &format!("; {hint}");
    }
    text
}

/// What can be done about it, by the class of the error.
pub(super) fn remedy(error: &tokio_postgres::Error) -> &'static str {
    const LATER: &str = "what has landed stays, and the next pull goes on from there";
    match error.code().map(|code| code.code()) {
        Some(code) if code.starts_with("28") => "check the user in `connection`, and password_file or password_env",
        Some(code) if code.starts_with("3D") => "correct dbname in `connection`",
        Some(code) if code.starts_with("42501") => "let the user read what the query names, with `grant select`",
        Some(code) if code.starts_with("42") || code.starts_with("22") => "correct `query` of the section",
        Some(code) if code.starts_with("25006") => "the query must only read",
        Some(code) if code.starts_with("53") => "the server is at its limit; give it time, or pull less often",
        Some(_) => LATER,
        None if error.to_string().contains("invalid configuration") => {
            "if a password is missing, name password_file or password_env"
        }
        None if error.is_closed() => LATER,
        None => "check host and port in `connection`, and whether the server runs",
    }
}

/// The error and what caused it.
fn causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text += &format!(": {said}");
        }
        cause = error.source();
    }
    text
}
