//! The engine's errors as people are told them: where in the text, what can be done, and no value of a row that is not
//! theirs.

use arrow::error::ArrowError;
use datafusion::common::DataFusionError;
use datafusion::sql::sqlparser::tokenizer::TokenizerError;

use crate::{AnalyticsError, Limited, Principal, Role};

/// Most characters of a message: it may repeat the statement.
const MOST_CHARS: usize = 600;

/// Of a text that cannot be read.
pub(super) fn of_tokens(error: TokenizerError) -> AnalyticsError {
    let TokenizerError { message, location } = error;
    AnalyticsError::At { line: location.line, column: location.column, message: short(message) }
}

/// Before any row is read: nothing but the statement and the catalog can be in it.
pub(super) fn of_text(error: DataFusionError) -> AnalyticsError {
    if let Some(diagnostic) = error.diagnostic()
        && let Some(span) = &diagnostic.span
    {
        let helps = diagnostic.helps.iter().map(|help| &help.message);
        let notes = diagnostic.notes.iter().map(|note| &note.message);
        let said: Vec<&str> =
            std::iter::once(&diagnostic.message).chain(notes).chain(helps).map(String::as_str).collect();
        let message = match said.join("; ").split_once(PLACE) {
            Some((before, _)) => before.to_owned(),
            None => said.join("; "),
        };
        return AnalyticsError::At { line: span.start.line, column: span.start.column, message: short(message) };
    }
    let text = match AnalyticsError::from(error) {
        AnalyticsError::Query(error) => match error.find_root() {
            DataFusionError::SQL(error, _) => error.to_string().trim_start_matches("sql parser error: ").to_owned(),
            other => other.strip_backtrace(),
        },
        own => return own,
    };
    match placed(&text) {
        Some((message, line, column)) => AnalyticsError::At { line, column, message: short(message.to_owned()) },
        None => AnalyticsError::Refused { reason: short(text) },
    }
}

/// While files are looked at or rows are read.
pub(super) fn of_run(error: DataFusionError, principal: &Principal) -> AnalyticsError {
    let error = match AnalyticsError::from(error) {
        AnalyticsError::Query(error) => error,
        own => return own,
    };
    let root = error.find_root();
    if matches!(root, DataFusionError::ResourcesExhausted(_)) {
        return AnalyticsError::Limit { kind: Limited::Memory };
    }
    if principal.role == Role::Operator {
        return AnalyticsError::Query(error);
    }
    let is_of_machine = matches!(
        root,
        DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)
            | DataFusionError::ParquetError(_)
            | DataFusionError::Internal(_)
            | DataFusionError::External(_)
    );
    let reason = match (is_of_machine, principal.sees_all()) {
        (true, _) => "the query failed where the records rest; the server's log says why".to_owned(),
        (false, true) => short(root.strip_backtrace()),
        (false, false) => kind(root).to_owned(),
    };
    if is_of_machine {
        tracing::error!(error = %error, "a query failed where the records rest");
    }
    AnalyticsError::Refused { reason }
}

/// What went wrong, in words of our own.
fn kind(error: &DataFusionError) -> &'static str {
    let DataFusionError::ArrowError(error, _) = error else {
        return "the query failed on a value: a function was given one that it does not take";
    };
    match error.as_ref() {
        ArrowError::CastError(_) | ArrowError::ParseError(_) => {
            "a value cannot be read as the type that is asked for; try_cast makes it unknown instead"
        }
        ArrowError::DivideByZero => "a division by zero; nullif(x, 0) makes it unknown instead",
        ArrowError::ArithmeticOverflow(_) => "a number got too large for its type",
        _ => "the query failed on a value",
    }
}

/// How the parser says where.
const PLACE: &str = " at Line: ";

/// A message, and the line and column that stand at its end.
fn placed(text: &str) -> Option<(&str, u64, u64)> {
    let (message, place) = text.rsplit_once(PLACE)?;
    let (line, column) = place.split_once(", Column: ")?;
    let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    Some((message, digits(line)?, digits(column)?))
}

fn short(text: String) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_not_see_all_is_told_no_value() {
        let restricted = Principal { name: "a".into(), role: Role::Agent, scope: crate::Scope::Region("4505".into()) };
        let analyst = Principal { name: "a".into(), role: Role::Analyst, scope: crate::Scope::All };
        let cast = || {
            let error = ArrowError::CastError("Cannot cast string 'foreign' to value of Int64 type".into());
            DataFusionError::ArrowError(Box::new(error), None)
        };
        let io = || DataFusionError::IoError(std::io::Error::other("/secret/path"));
        assert!(!of_run(cast(), &restricted).to_string().contains("foreign"));
        assert!(of_run(cast(), &analyst).to_string().contains("foreign"));
        for principal in [&restricted, &analyst, &Principal::local()] {
            assert!(!of_run(io(), principal).to_string().contains("secret"));
            let full = DataFusionError::ResourcesExhausted("pool".into());
            assert!(matches!(of_run(full, principal), AnalyticsError::Limit { kind: Limited::Memory }));
        }
        assert!(of_run(io(), &Principal::operator()).to_string().contains("secret"));
    }

    #[test]
    fn a_place_is_found_at_the_end() {
        assert_eq!(placed("Expected: x, found: y at Line: 2, Column: 13"), Some(("Expected: x, found: y", 2, 13)));
        assert_eq!(placed("Expected: x"), None);
        assert!(short("语".repeat(1_000)).chars().count() < 700);
    }
}
