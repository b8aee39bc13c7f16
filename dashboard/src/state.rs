//! What every handler is given.

use analytics::Engine;

use crate::Options;

/// The engine to ask, and how pages are to look.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) options: Options,
}
