//! What can be typed to ask for a metric.

use clap::Args;

use super::TextFormat;

#[derive(Args)]
pub struct MetricArgs {
    /// M01 to M33 (docs/METRICS.md)
    pub id: String,
    /// First day; default: first day of the month of --as-of
    #[arg(long)]
    pub from: Option<String>,
    /// First day no longer in the period; default: the day after --as-of
    #[arg(long)]
    pub to: Option<String>,
    /// village, township, county, organization, item, kind, channel, day, month, quarter or year; city is all
    #[arg(long, default_value = "all")]
    pub by: String,
    /// How to write the rows
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}
