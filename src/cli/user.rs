use analytics::{Role, Scope};
use clap::Subcommand;

use super::examples;

#[derive(Subcommand)]
pub enum UserVerb {
    /// Make an account; its first password is shown once, and has to be changed at the first sign-in
    #[command(after_help = examples::USER_ADD)]
    Add {
        /// 1 to 64 letters, digits, dots, hyphens and underscores
        name: String,
        /// control_centre, leader, analyst, agent, auditor or admin
        #[arg(long)]
        role: Role,
        /// Whose rows it sees: all, region:450502 (the beginning of a region's code) or organization:ID
        #[arg(long, default_value = "all")]
        scope: Scope,
    },
    /// All accounts
    #[command(after_help = examples::USER_LIST)]
    List,
    /// Shut an account out: its sessions end, its tokens are revoked
    #[command(after_help = examples::USER_DISABLE)]
    Disable { name: String },
    /// Give an account a new first password, shown once; one that was shut out may come in again
    #[command(after_help = examples::USER_RESET)]
    Reset { name: String },
}
