//! What can be typed to erase a person, and to read what was done.

use clap::{Args, Subcommand};

use super::{examples, values};

#[derive(Args)]
pub struct EraseArgs {
    /// Whom: id_card:NUMBER, phone:NUMBER, other:TEXT (as the source writes it) or hash:HEX (as a table has it); - in
    /// the place of the value has it read from standard input, so that it stays in no history
    #[arg(long, value_name = "KIND:VALUE")]
    pub subject: String,
    /// Number of the order by which it is done, for the audit log
    #[arg(long, value_name = "NO", value_parser = values::order)]
    pub order: String,
    /// Tell what would be erased, and erase nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Subcommand)]
pub enum AuditVerb {
    /// All entries, the oldest first
    #[command(after_help = examples::AUDIT_LIST)]
    List,
    /// Look whether any entry was changed, removed or moved
    #[command(after_help = examples::AUDIT_VERIFY)]
    Verify,
}
