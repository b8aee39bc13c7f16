//! Any question in SQL, as the page and machines ask it over HTTP: what is asked ([`asked`]), how it runs
//! ([`run`]), how the answer is written ([`form`], [`write`]). What a principal may see and what a query
//! may take is decided by `Engine::ask` alone.

pub(crate) mod asked;
pub(crate) mod cells;
pub(crate) mod chart;
pub(crate) mod form;
pub(crate) mod run;
pub(crate) mod saved;
pub(crate) mod trouble;
pub(crate) mod write;

pub(crate) use asked::{Asked, Wanted};
pub(crate) use form::Form;
pub(crate) use run::{Running, Way};
pub(crate) use trouble::Trouble;

/// Bytes of a request: a statement may be long, and is bounded where it is read.
pub(crate) const MOST_BODY: usize = 1024 * 1024;
