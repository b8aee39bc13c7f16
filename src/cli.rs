//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Used wrongly: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

#[derive(Parser)]
#[command(
    name = "sunlake",
    version,
    about = "阳光湖 Sunlake: data lake and electronic supervision for village-level government service",
    after_help = "Examples:
  sunlake demo                                        a demonstration at http://127.0.0.1:8080
  sunlake sample --out exports --scale 0.01           made-up exports of the operational platforms
  sunlake ingest workflow_case exports/workflow_case_*.csv
  sunlake ingest workflow_event exports/workflow_event_*.csv
  sunlake cards --level red --as-of 2023-09-13        red cards issued by the end of that day
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --by county
  sunlake explain CASE_NO                             why a case is due when it is, day by day
  sunlake query 'select status, count(*) from case_state group by status'
  sunlake calendar add 2017-03-27 5 --region GX"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Args, Clone)]
pub struct Global {
    /// Where the lake is: a folder, file:///folder or memory://name
    #[arg(long, global = true, env = "SUNLAKE_LAKE", default_value = "lake", value_name = "URL")]
    pub lake: String,
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on standard error; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// See the lake as of this time; a date means the end of that day in the lake's zone
    #[arg(long, global = true, value_name = "T")]
    pub as_of: Option<String>,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Write made-up files as the operational platforms would export them
    Sample(SampleArgs),
    /// Land files through a mapping (a TOML file, or workflow_case, workflow_event, receipt, bpic15, boston311)
    Ingest(IngestArgs),
    /// Cards issued by --as-of, one row a card
    Cards(CardsArgs),
    /// A metric over a period
    Metric(MetricArgs),
    /// Why a case stands as it does, day by day
    Explain {
        /// Case number
        case_no: String,
    },
    /// Ask the lake in SQL (one SELECT; `-` reads it from standard input)
    Query(QueryArgs),
    /// Working days; needs no lake
    Calendar(CalendarArgs),
    /// The lake itself
    Lake {
        #[command(subcommand)]
        verb: LakeVerb,
    },
    /// Serve the dashboard
    Serve(ServeArgs),
    /// A demonstration: makes a lake if there is none, and serves it on a simulated clock
    Demo(DemoArgs),
}

#[derive(Args)]
pub struct SampleArgs {
    /// Folder to write to; it is made if missing
    #[arg(long)]
    pub out: PathBuf,
    /// So many villages rather than all
    #[arg(long)]
    pub villages: Option<usize>,
    /// Years up to the present of the sample
    #[arg(long, default_value_t = 1)]
    pub years: u32,
    /// Share of a full city's volume (1 = some 1.35 million cases a year)
    #[arg(long, default_value_t = 0.01)]
    pub scale: f64,
    /// Another seed makes another sample
    #[arg(long, default_value_t = 2018)]
    pub seed: u64,
}

#[derive(Args)]
pub struct IngestArgs {
    /// Name of a shipped mapping, or a TOML file
    pub mapping: String,
    /// Files to land; `-` is standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Plan and count, change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Land only; states and cards are worked out by the next ingest or by serve
    #[arg(long)]
    pub no_derive: bool,
}

#[derive(Args)]
pub struct CardsArgs {
    /// yellow or red
    #[arg(long)]
    pub level: Option<Level>,
    /// Region code, whole or its beginning
    #[arg(long)]
    pub region: Option<String>,
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Level {
    Yellow,
    Red,
}

#[derive(Args)]
pub struct MetricArgs {
    /// M01, M02, M03, M05, M06 or M10
    pub id: String,
    /// First day; default: first day of the month of --as-of
    #[arg(long)]
    pub from: Option<String>,
    /// First day no longer in the period; default: the day after --as-of
    #[arg(long)]
    pub to: Option<String>,
    /// village, township, county, organization, item or month
    #[arg(long, default_value = "all")]
    pub by: String,
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}

#[derive(Args)]
pub struct QueryArgs {
    /// One SELECT
    pub sql: String,
    /// Value for $k in the statement: k=v; a date, a whole number, or else text
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
    #[arg(long, default_value = "table")]
    pub format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    Table,
    Csv,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Csv,
    Json,
    Arrow,
    Parquet,
}

#[derive(Args)]
pub struct CalendarArgs {
    #[command(subcommand)]
    pub verb: CalendarVerb,
    /// CN national, or GX Guangxi
    #[arg(long, global = true, default_value = "GX")]
    pub region: String,
}

#[derive(Subcommand)]
pub enum CalendarVerb {
    /// Is it worked?
    IsWorkday { date: String },
    /// The N-th working day after DATE; --batch reads `date,n` lines
    #[command(allow_negative_numbers = true)]
    Add {
        #[arg(required_unless_present = "batch")]
        date: Option<String>,
        #[arg(required_unless_present = "batch")]
        n: Option<i64>,
        /// Read `date,n` lines from standard input, write `date,n,deadline`
        #[arg(long, conflicts_with_all = ["date", "n"])]
        batch: bool,
    },
    /// Working days after A, up to and with B
    Between { a: String, b: String },
}

#[derive(Subcommand)]
pub enum LakeVerb {
    /// Tables, rows, sources
    Status,
}

#[derive(Args)]
pub struct ServeArgs {
    /// Address to listen on; only loopback, as long as there are no accounts
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Run on a simulated clock, so many times as fast; only on a lake that `sample` made
    #[arg(long, value_name = "SPEED")]
    pub simulate: Option<f64>,
}

#[derive(Args)]
pub struct DemoArgs {
    /// Simulated seconds a second
    #[arg(long, default_value_t = 60.0)]
    pub speed: f64,
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Share of a full city's volume in a new demonstration lake
    #[arg(long, default_value_t = 0.05)]
    pub scale: f64,
}
