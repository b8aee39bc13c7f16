//! What every handler is given.

use std::sync::Arc;

use analytics::Engine;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::Options;
use crate::accounts::{AccountError, Accounts};
use crate::audit::Audit;
use crate::corrections::Forms;
use crate::error::HttpError;
use crate::gate::Rates;
use crate::kept::Kept;
use crate::live::Pulse;
use crate::pages::sunshine::Shelf;

/// The engine to ask, and how pages are to look.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) options: Options,
    /// Who may come in; nobody but `local` without a door in the options.
    pub(crate) accounts: Accounts,
    /// Where is noted who saw or did what.
    pub(crate) audit: Audit,
    /// Requests of each address.
    pub(crate) rates: Arc<Rates>,
    /// Passwords that are hashed at a time: each takes 19 MiB.
    pub(crate) hashing: Arc<Semaphore>,
    /// The forms that correct refused rows, and what came of them.
    pub(crate) forms: Arc<Forms>,
    /// The months that the public page has shown lately.
    pub(crate) published: Arc<Shelf>,
    /// Tells when something has become stale.
    pub(crate) pulse: Pulse,
    /// Pages that hold until then.
    pub(crate) kept: Arc<Kept>,
}

impl App {
    /// Works on the accounts where it may take a while, a few at a time. Goes on when whoever asked goes
    /// away, and keeps its place until it is done.
    pub(crate) async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Accounts) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, HttpError> {
        let place = self.hashing.clone().acquire_owned().await.map_err(|_| HttpError::Slower)?;
        let accounts = self.accounts.clone();
        let worked = spawn_blocking(move || {
            let done = work(&accounts);
            drop(place);
            done
        });
        Ok(worked.await??)
    }
}
