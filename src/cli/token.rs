use clap::Subcommand;

use super::{examples, values};

#[derive(Subcommand)]
pub enum TokenVerb {
    /// Make a token; it is shown once, with the section for the configuration file
    #[command(after_help = examples::TOKEN_NEW)]
    New {
        /// Names the sender in the books: letters, digits, dots, hyphens and underscores
        #[arg(long, value_parser = values::token_name)]
        name: String,
        /// A mapping that it may use: a shipped name or a TOML file; may be given several times
        #[arg(long = "mapping", required = true, value_name = "MAPPING")]
        mappings: Vec<String>,
    },
}
