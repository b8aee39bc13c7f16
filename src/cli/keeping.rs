//! What can be typed to keep a lake.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;

#[derive(Subcommand)]
pub enum LakeVerb {
    /// Sources and tables, with their rows
    #[command(after_help = examples::STATUS)]
    Status,
    /// Read every byte and say what is wrong: files, counts, order, keys, statistics, books
    #[command(after_help = examples::VERIFY)]
    Verify {
        /// One table rather than all; sums of the ledger are compared for all alone
        #[arg(long)]
        table: Option<String>,
    },
    /// Merge small files; no row changes
    #[command(after_help = examples::COMPACT)]
    Compact {
        /// One table rather than all
        #[arg(long)]
        table: Option<String>,
        /// Tell what would be merged, and merge nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove files that only old versions need, and those that no version names
    #[command(after_help = examples::VACUUM)]
    Vacuum {
        /// One table rather than all
        #[arg(long)]
        table: Option<String>,
        /// Versions of the last so many days keep their files
        #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=36_500))]
        keep_days: u32,
        /// Tell what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// What each version did
    #[command(after_help = examples::HISTORY)]
    History {
        /// One table rather than all
        #[arg(long)]
        table: Option<String>,
        /// Versions of each table, the newest first
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Withdraw a batch: its rows leave the tables, and the same file can land again; broken off, run it again
    #[command(after_help = examples::ROLLBACK)]
    Rollback {
        /// The batch's id, or its beginning
        #[arg(long, value_name = "ID")]
        batch: String,
        /// Tell what would be withdrawn, and withdraw nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Add what this lake lacks of the tables and fields that this program knows
    #[command(after_help = examples::MIGRATE)]
    Migrate {
        /// Tell what would be added, and add nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub enum VaultVerb {
    /// Decrypt every file and say which is not what was kept
    #[command(after_help = examples::VAULT_VERIFY)]
    Verify,
    /// Take an original file out
    #[command(after_help = examples::VAULT_GET)]
    Get {
        /// SHA-256 of the file, as `kept` in its receipt says
        sha256: String,
        /// File to write, which may not be there yet; its owner alone can read it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args)]
pub struct BackupArgs {
    /// Where the backup goes: a folder beside the lake, best on another disk, or s3://bucket/folder
    pub url: String,
    /// Read again what earlier backups have copied, here and there
    #[arg(long)]
    pub check: bool,
    /// Copy the secrets too: without them the same person gets another hash. Later backups keep them
    #[arg(long)]
    pub with_keys: bool,
    /// Tell what would be copied, and copy nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args)]
pub struct RestoreArgs {
    /// Folder or address that `sunlake backup` was given
    pub url: String,
    /// Put the secrets of the backup in their place too
    #[arg(long)]
    pub with_keys: bool,
    /// Tell what would be restored, and restore nothing
    #[arg(long)]
    pub dry_run: bool,
}
