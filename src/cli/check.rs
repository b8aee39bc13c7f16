use clap::Args;

#[derive(Args)]
pub struct CheckArgs {
    /// Only these checks, such as ledger_sums; default: all
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
}
