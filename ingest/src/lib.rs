//! How records get in: sources, mapping, checks, quarantine, landing; and how a person gets out.
//!
//! `source -> records -> mapping -> rows of a contract -> files -> commit`. A record lands, is
//! known already, or goes to `quarantine` with a reason; the counts always add up.

mod batch;
mod erase;
mod error;
mod land;
mod page;
mod person;
mod pull;
pub mod push;
mod receipt;
mod rows;
mod vault;
pub mod watch;

pub use erase::{EraseWatch, Erasure, Subject, SubjectError, erase, plan_erase};
pub use error::IngestError;
pub use land::{
    Correction, IngestOptions, Input, OpenRefusal, Progress, Replayed, find_batch, ingest, open_refusals, replay,
};
pub use person::PersonKey;
pub use pull::{Connection, Overlap, Password, Pull, PullError, PullOptions, PullReport, pull};
pub use readers::{LINE_COLUMN, Mapping, ReadError, mapping};
pub use receipt::{Earlier, NewColumns, RULES, Receipt, Refusal, TableCount};
pub use rows::typed_rows;
pub use vault::{RawRecord, Vault, VaultErasure, VaultFinding, VaultOptions, VaultReport};
