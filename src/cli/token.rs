use analytics::Scope;
use clap::Subcommand;

use super::{examples, values};

#[derive(Subcommand)]
pub enum TokenVerb {
    /// Make a token for a source that pushes; it is shown once, with the section for the configuration file
    #[command(after_help = examples::TOKEN_NEW)]
    New {
        /// Names the sender in the books: letters, digits, dots, hyphens and underscores
        #[arg(long, value_parser = values::token_name)]
        name: String,
        /// A mapping that it may use: a shipped name or a TOML file; may be given several times
        #[arg(long = "mapping", required = true, value_name = "MAPPING")]
        mappings: Vec<String>,
    },
    /// Make a token for a program that asks in SQL as an account, or for a wall; it is shown once
    #[command(after_help = examples::TOKEN_ADD)]
    Add {
        /// The account that it asks as
        #[arg(long, value_name = "NAME", required_unless_present = "wall")]
        user: Option<String>,
        /// What it is for, to tell it from others
        #[arg(long, default_value = "", conflicts_with = "wall")]
        label: String,
        /// Days that it is good for; without it until it is revoked
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_650), conflicts_with = "wall")]
        days: Option<u32>,
        /// Name of a wall rather than of an account
        #[arg(long, value_name = "NAME", conflicts_with = "user")]
        wall: Option<String>,
        /// What the wall shows: all, region:450502 or organization:ID
        #[arg(long, default_value = "all", requires = "wall")]
        scope: Scope,
    },
    /// Tokens of accounts, walls and sources
    #[command(after_help = examples::TOKEN_LIST)]
    List,
    /// From now on nobody comes in by that token
    #[command(after_help = examples::TOKEN_REVOKE)]
    Revoke {
        /// Id of a token, or the name of a [[token]] section of the configuration
        id: String,
    },
}
