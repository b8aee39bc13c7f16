//! What can be typed about rows that were refused.

use std::path::PathBuf;

use clap::Subcommand;

use super::examples;

#[derive(Subcommand)]
pub enum QuarantineVerb {
    /// Open refusals by batch, table and rule
    #[command(after_help = examples::QUARANTINE_LIST)]
    List,
    /// The open refusals of a batch, line by line
    #[command(after_help = examples::QUARANTINE_SHOW)]
    Show {
        /// Batch id, or its beginning
        batch: String,
        /// Show the records as they came, from the vault: they may name people
        #[arg(long)]
        raw: bool,
        /// Write the records as CSV, to be corrected and given to replay --from; they may name people
        #[arg(long, conflicts_with = "raw")]
        csv: bool,
    },
    /// Read the refused records again and land those that pass, under their own batch
    #[command(after_help = examples::QUARANTINE_REPLAY)]
    Replay {
        /// Batch id, or its beginning
        batch: String,
        /// Mapping to read them through; default: the shipped one of the batch's mapping's name
        #[arg(long, value_name = "MAPPING")]
        mapping: Option<String>,
        /// Corrected records, with the column quarantine_line
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Count what would land, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Land only; states and cards are worked out by the next ingest or by serve
        #[arg(long)]
        no_derive: bool,
    },
}
