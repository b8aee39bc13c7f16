//! What every handler is given.

use std::sync::Arc;

use analytics::Engine;

use crate::Options;
use crate::corrections::Forms;
use crate::kept::Kept;
use crate::live::Pulse;
use crate::pages::sunshine::Shelf;

/// The engine to ask, and how pages are to look.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) options: Options,
    /// The forms that correct refused rows, and what came of them.
    pub(crate) forms: Arc<Forms>,
    /// The months that the public page has shown lately.
    pub(crate) published: Arc<Shelf>,
    /// Tells when something has become stale.
    pub(crate) pulse: Pulse,
    /// Pages that hold until then.
    pub(crate) kept: Arc<Kept>,
}
