//! Tries that failed, by account and by address: each further one waits twice as long. A try counts
//! before its password is compared, so that many at once are as many as one after the other.

use rusqlite::{OptionalExtension, named_params};

use super::{AccountError, Accounts};

const FIND: &str = include_str!("../../store/attempt_find.sql");
const FAIL: &str = include_str!("../../store/attempt_fail.sql");
const CLEAR: &str = include_str!("../../store/attempt_clear.sql");
const SWEEP: &str = include_str!("../../store/attempt_sweep.sql");

/// Tries of one account that are free.
const FREE_OF_NAME: i64 = 5;
/// Those of one address: a whole office may have one.
const FREE_OF_ADDRESS: i64 = 20;
/// Seconds after the first that is not; then twice as many, and so on.
const FIRST_WAIT: i64 = 30;
/// A bound, or whoever knows a name could shut its owner out for good.
const MOST_WAIT: i64 = 900;
/// Seconds after which what failed is forgotten.
const FORGOTTEN: i64 = 86_400;

/// Whose tries are counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    Name(&'a str),
    Address(&'a str),
}

impl Subject<'_> {
    fn key(self) -> String {
        match self {
            Self::Name(name) => format!("name {name}"),
            Self::Address(address) => format!("address {address}"),
        }
    }

    fn free(self) -> i64 {
        match self {
            Self::Name(_) => FREE_OF_NAME,
            Self::Address(_) => FREE_OF_ADDRESS,
        }
    }
}

/// Seconds that are to be waited after so many that failed.
fn wait(failures: i64, free: i64) -> i64 {
    match u32::try_from(failures - free) {
        Ok(beyond) => FIRST_WAIT.saturating_mul(1_i64 << beyond.min(16)).min(MOST_WAIT),
        Err(_) => 0,
    }
}

impl Accounts {
    /// Seconds until a try is taken; 0 for at once.
    pub(super) fn locked(&self, subject: Subject<'_>) -> Result<i64, AccountError> {
        let now = self.seconds();
        let found = self.store.with(|connection| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            connection.query_row(FIND, named_params! { ":subject": subject.key() }, row).optional()
        })?;
        let Some((failures, last)) = found else { return Ok(0) };
        Ok((last + wait(failures, subject.free()) - now).max(0))
    }

    /// Counts a try.
    pub(super) fn count(&self, subject: Subject<'_>) -> Result<(), AccountError> {
        let (now, forgotten) = (self.seconds(), self.seconds() - FORGOTTEN);
        self.store.with(|connection| {
            connection.execute(SWEEP, named_params! { ":forgotten": forgotten })?;
            let values = named_params! { ":subject": subject.key(), ":now": now, ":forgotten": forgotten };
            connection.execute(FAIL, values)
        })?;
        Ok(())
    }

    /// Forgets them: the last one was right, or the account has been reset.
    pub(super) fn forget(&self, subject: Subject<'_>) -> Result<(), AccountError> {
        self.store.with(|connection| connection.execute(CLEAR, named_params! { ":subject": subject.key() }))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_further_try_waits_twice_as_long_up_to_a_bound() {
        let waits: Vec<i64> = (4..11).map(|failures| wait(failures, FREE_OF_NAME)).collect();
        assert_eq!(waits, [0, 30, 60, 120, 240, 480, 900]);
        assert_eq!(wait(1_000_000, FREE_OF_NAME), MOST_WAIT);
        assert_eq!([wait(19, FREE_OF_ADDRESS), wait(20, FREE_OF_ADDRESS)], [0, 30]);
    }
}
