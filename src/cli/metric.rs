//! What can be typed to ask for a metric, or for the claims.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{TextFormat, values};

#[derive(Args)]
pub struct MetricArgs {
    /// M01 to M33 (docs/METRICS.md)
    #[arg(required_unless_present = "again")]
    pub id: Option<String>,
    /// First day; default: first day of the month of --as-of
    #[arg(long)]
    pub from: Option<String>,
    /// First day no longer in the period; default: the day after --as-of
    #[arg(long)]
    pub to: Option<String>,
    /// village, township, county, organization, item, kind, channel, day, month, quarter or year; city is all
    #[arg(long, default_value = "all")]
    pub by: String,
    /// Beside each number its value in an earlier period, and the difference: relative, or of ratios in points
    #[arg(long, value_name = "PERIOD")]
    pub compare: Option<Compare>,
    /// Beside each share of cases its 95 % interval (Wilson)
    #[arg(long)]
    pub intervals: bool,
    /// Put the rows in order by the lower bound of this share, those of fewer than 30 cases last, with the limits
    /// of a funnel
    #[arg(long, value_name = "COLUMN")]
    pub rank: Option<String>,
    /// The cases (or messages, obligations, listings) behind the figure, one by one; of another count: --rows=COLUMN
    #[arg(
        long,
        value_name = "COLUMN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with_all = ["compare", "intervals", "rank"]
    )]
    pub rows: Option<String>,
    /// Suppose that a parameter of the metric has this value, in the place of the lake's (again for another one)
    #[arg(long, value_name = "PARAMETER=VALUE", value_parser = values::supposed)]
    pub set: Vec<(String, String)>,
    /// Ask again what an answer that was told as JSON asked, of the versions of the tables that it stood on
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["id", "from", "to", "by", "compare", "intervals", "rank", "rows", "set"]
    )]
    pub again: Option<PathBuf>,
    /// How to write the rows; as JSON with the SQL, its version, the parameters and the versions of the tables
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}

#[derive(Args)]
pub struct ClaimsArgs {
    /// First day; default: first day of the month of --as-of
    #[arg(long)]
    pub from: Option<String>,
    /// First day no longer in the period; default: the day after --as-of
    #[arg(long)]
    pub to: Option<String>,
    /// How to write the rows
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Compare {
    /// As many whole months before, or else as many days
    Previous,
    /// The same days of the year before
    LastYear,
}
