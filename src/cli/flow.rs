use clap::Args;

use super::TextFormat;

#[derive(Args)]
pub struct FlowArgs {
    /// Only cases of this item
    #[arg(long, value_name = "ID")]
    pub item: Option<String>,
    /// Only cases of these villages: a region code, whole or its beginning
    #[arg(long)]
    pub region: Option<String>,
    /// How to write the rows
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}
