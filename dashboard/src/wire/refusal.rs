//! What a client is told when something is refused: a code of PostgreSQL's, so that its driver knows what to do, and
//! one message that says who must do what.

use std::error::Error;
use std::fmt;

use analytics::pg::PgError;
use analytics::{AnalyticsError, Limited};
use pgwire::error::ErrorInfo;
use pgwire::messages::response::ErrorResponse;

/// Codes of PostgreSQL's (Appendix A of its manual).
pub(super) mod code {
    pub(in super::super) const PROTOCOL: &str = "08P01";
    pub(in super::super) const UNSUPPORTED: &str = "0A000";
    pub(in super::super) const BAD_VALUE: &str = "22023";
    pub(in super::super) const BAD_TEXT: &str = "22P02";
    pub(in super::super) const READ_ONLY: &str = "25006";
    pub(in super::super) const FAILED_TRANSACTION: &str = "25P02";
    pub(in super::super) const NO_STATEMENT: &str = "26000";
    pub(in super::super) const NOT_LET_IN: &str = "28000";
    pub(in super::super) const WRONG_PASSWORD: &str = "28P01";
    pub(in super::super) const NO_PORTAL: &str = "34000";
    pub(in super::super) const NO_DATABASE: &str = "3D000";
    pub(in super::super) const FORBIDDEN: &str = "42501";
    pub(in super::super) const SYNTAX: &str = "42601";
    pub(in super::super) const NO_SETTING: &str = "42704";
    pub(in super::super) const TOO_MANY: &str = "53300";
    pub(in super::super) const TOO_BIG: &str = "54000";
    pub(in super::super) const CANCELLED: &str = "57014";
    pub(in super::super) const SHUTDOWN: &str = "57P01";
    pub(in super::super) const IDLE: &str = "57P05";
    pub(in super::super) const INTERNAL: &str = "XX000";
    pub(in super::super) const NO_MEMORY: &str = "53200";
}

/// Why something was not done.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Line and column in the statement.
    pub(super) at: Option<(u64, u64)>,
    /// Whether the connection ends by it.
    pub(super) is_fatal: bool,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None, is_fatal: false }
    }

    /// One that ends the connection.
    pub(super) fn fatal(code: &'static str, message: impl Into<String>) -> Self {
        Self { is_fatal: true, ..Self::new(code, message) }
    }

    pub(super) fn protocol(message: impl Into<String>) -> Self {
        Self::fatal(code::PROTOCOL, message)
    }

    pub(super) fn cancelled() -> Self {
        Self::new(code::CANCELLED, "canceling statement due to user request")
    }

    pub(super) fn slow(seconds: u64) -> Self {
        let told = "canceling statement due to statement timeout: it took more than";
        Self::new(code::CANCELLED, format!("{told} {seconds} s; ask for less, or read faster"))
    }

    /// As it is sent; `sql` is the statement that it is about.
    pub(super) fn response(self, sql: &str) -> ErrorResponse {
        let severity = if self.is_fatal { "FATAL" } else { "ERROR" };
        let mut told = ErrorInfo::new(severity.to_owned(), self.code.to_owned(), self.message);
        told.severity_nonlocalized = Some(severity.to_owned());
        told.position = self.at.and_then(|at| position(sql, at)).map(|position| position.to_string());
        told.into()
    }
}

/// The number of a character, from 1, by its line and column, from 1.
fn position(sql: &str, (line, column): (u64, u64)) -> Option<usize> {
    let (line, column) = (usize::try_from(line).ok()?.checked_sub(1)?, usize::try_from(column).ok()?);
    let before: usize = sql.split('\n').take(line).map(|line| line.chars().count() + 1).sum();
    Some(before + column).filter(|at| *at <= sql.chars().count() + 1)
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl From<AnalyticsError> for Refusal {
    fn from(error: AnalyticsError) -> Self {
        let code = match &error {
            AnalyticsError::At { line, column, message } => {
                return Self { at: Some((*line, *column)), ..Self::new(code::SYNTAX, message.clone()) };
            }
            AnalyticsError::Query(inner) => match own(inner.as_ref()) {
                Some(limited) => limited,
                None => code::SYNTAX,
            },
            AnalyticsError::Limit { kind } => of_limit(*kind),
            AnalyticsError::Refused { .. } | AnalyticsError::NotAllowed(_) => code::FORBIDDEN,
            AnalyticsError::Breakdown(_) | AnalyticsError::Rows(_) => code::BAD_VALUE,
            AnalyticsError::Busy => code::TOO_MANY,
            AnalyticsError::Cancelled => return Self::cancelled(),
            _ => code::INTERNAL,
        };
        Self::new(code, error.to_string())
    }
}

fn of_limit(limited: Limited) -> &'static str {
    match limited {
        Limited::Time(_) => code::CANCELLED,
        Limited::Memory => code::NO_MEMORY,
    }
}

/// A limit that lies deeper, since the engine wraps what its streams end in.
fn own(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(held) = cause {
        match held.downcast_ref::<AnalyticsError>() {
            Some(AnalyticsError::Limit { kind }) => return Some(of_limit(*kind)),
            Some(AnalyticsError::Cancelled) => return Some(code::CANCELLED),
            _ => cause = held.source(),
        }
    }
    None
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        let code = match &error {
            PgError::Long { .. } | PgError::Deep(_) => code::TOO_BIG,
            PgError::Parse(_) | PgError::Query(_) => code::SYNTAX,
            PgError::NotOne | PgError::Mixed(_) => code::UNSUPPORTED,
            PgError::Slow(_) => code::CANCELLED,
            PgError::Busy => code::TOO_MANY,
            PgError::Arrow(_) | PgError::Thread(_) | PgError::Broken => code::INTERNAL,
        };
        Self::new(code, error.to_string())
    }
}

impl From<arrow::error::ArrowError> for Refusal {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::new(code::INTERNAL, format!("the answer cannot be written: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_characters() {
        let sql = "select 村\nfrom nowhere";
        assert_eq!(position(sql, (1, 8)), Some(8));
        assert_eq!(position(sql, (2, 6)), Some(15));
        assert_eq!(position(sql, (9, 1)), None);
        assert_eq!(position(sql, (0, 1)), None);
    }
}
