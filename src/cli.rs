//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::time::AsOf;

mod check;
mod erase;
mod examples;
mod flow;
mod keeping;
mod metric;
mod quarantine;
mod token;
mod user;
mod values;

pub use check::CheckArgs;
pub use erase::{AuditVerb, EraseArgs};
pub use flow::FlowArgs;
pub use keeping::{BackupArgs, LakeVerb, RestoreArgs, VaultVerb};
pub use metric::{ClaimsArgs, Compare, MetricArgs};
pub use quarantine::QuarantineVerb;
pub use token::TokenVerb;
pub use user::UserVerb;

/// Heading of what every verb takes.
const EVERYWHERE: &str = "Options of every verb";

/// Used wrongly: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

#[derive(Parser)]
#[command(
    name = "sunlake",
    version,
    about = "阳光湖 Sunlake: data lake and electronic supervision for village-level government service",
    after_help = examples::ALL
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Args, Clone)]
pub struct Global {
    /// Where the lake is: a folder or file:///folder (memory://name lasts as long as one `demo`)
    #[arg(
        long,
        global = true,
        env = "SUNLAKE_LAKE",
        default_value = "lake",
        value_name = "URL",
        help_heading = EVERYWHERE
    )]
    pub lake: String,
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub config: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Say more on standard error; twice for still more (of libraries, RUST_LOG=debug)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = EVERYWHERE)]
    pub verbose: u8,
    /// See the lake as of this time; a date means the end of that day in the lake's zone (ingest_batch, the marts and
    /// the *_history views do not heed it)
    #[arg(long, global = true, value_name = "T", help_heading = EVERYWHERE)]
    pub as_of: Option<AsOf>,
    /// Take rows in under another person key than those of the lake are hashed under
    #[arg(long, global = true, hide_short_help = true, help_heading = EVERYWHERE)]
    pub new_person_key: bool,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Write made-up files as the operational platforms would export them
    #[command(after_help = examples::SAMPLE)]
    Sample(SampleArgs),
    /// Land files through a mapping: a TOML file, or a shipped one (workflow_event, xinfadi, …; a wrong name lists them)
    #[command(after_help = examples::INGEST)]
    Ingest(IngestArgs),
    /// Land what is new in a PostgreSQL database, by a [[pull]] section of the configuration
    #[command(after_help = examples::PULL)]
    Pull(PullArgs),
    /// Cards issued by --as-of, one row a card
    #[command(after_help = examples::CARDS)]
    Cards(CardsArgs),
    /// A metric over a period
    #[command(after_help = examples::METRIC)]
    Metric(MetricArgs),
    /// What was claimed in public (C1 to C7), each claim beside what the records say
    #[command(after_help = examples::CLAIMS)]
    Claims(ClaimsArgs),
    /// Which step follows which, how often, and how many office hours cases wait in between
    #[command(after_help = examples::FLOW)]
    Flow(FlowArgs),
    /// What has to hold in the lake: keys, references, instants, sums; exit code 1 if a check finds a row
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Why a case stands as it does, day by day
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// Case number
        case_no: String,
    },
    /// Ask the lake in SQL (one SELECT; `-` reads it from standard input)
    #[command(after_help = examples::QUERY)]
    Query(QueryArgs),
    /// Working days; needs no lake
    #[command(after_help = examples::CALENDAR)]
    Calendar(CalendarArgs),
    /// The lake itself
    #[command(after_help = examples::LAKE)]
    Lake {
        #[command(subcommand)]
        verb: LakeVerb,
    },
    /// Rows that were refused: which, why, and to land them once they are corrected
    #[command(after_help = examples::QUARANTINE)]
    Quarantine {
        #[command(subcommand)]
        verb: QuarantineVerb,
    },
    /// Take a person out of tables, old versions, originals and refused records
    #[command(after_help = examples::ERASE)]
    Erase(EraseArgs),
    /// What was done to the data of people, and on whose order; needs no lake
    #[command(after_help = examples::AUDIT)]
    Audit {
        #[command(subcommand)]
        verb: AuditVerb,
    },
    /// Original files and the text of refused rows, as the vault keeps them
    #[command(after_help = examples::VAULT)]
    Vault {
        #[command(subcommand)]
        verb: VaultVerb,
    },
    /// Copy the lake to another folder or an object store, or what is new since the last time, and check the copy
    #[command(after_help = examples::BACKUP)]
    Backup(BackupArgs),
    /// Make a lake of a backup, at --lake, where nothing may be yet; broken off, run it again
    #[command(after_help = examples::RESTORE)]
    Restore(RestoreArgs),
    /// Bring states and cards up to the newest facts and rules
    #[command(after_help = examples::DERIVE)]
    Derive(DeriveArgs),
    /// The rules and lists that cases are judged by: calendar, office hours, items, policies
    #[command(after_help = examples::REFERENCE)]
    Reference {
        #[command(subcommand)]
        verb: ReferenceVerb,
    },
    /// Serve the dashboard; with --config also watch folders and take pushes
    #[command(after_help = examples::SERVE)]
    Serve(ServeArgs),
    /// Accounts of those who may come in; needs no lake
    #[command(after_help = examples::USER)]
    User {
        #[command(subcommand)]
        verb: UserVerb,
    },
    /// Tokens of sources, programs and walls; needs no lake
    #[command(after_help = examples::TOKEN)]
    Token {
        #[command(subcommand)]
        verb: TokenVerb,
    },
    /// A demonstration: makes a lake if there is none, and serves it on a simulated clock
    #[command(after_help = examples::DEMO)]
    Demo(DemoArgs),
}

#[derive(Args)]
pub struct SampleArgs {
    /// Folder to write to; it is made if missing
    #[arg(long)]
    pub out: PathBuf,
    /// So many villages rather than all
    #[arg(long, value_parser = values::villages, allow_negative_numbers = true)]
    pub villages: Option<usize>,
    /// Years up to the present of the sample, 1 to 50
    #[arg(long, default_value_t = 1, value_parser = values::years, allow_negative_numbers = true)]
    pub years: u32,
    /// Share of a full city's volume, above 0, up to 100 (1 = some 1.35 million cases a year)
    #[arg(long, default_value_t = 0.01, value_parser = values::scale, allow_negative_numbers = true)]
    pub scale: f64,
    /// Another seed makes another sample
    #[arg(long, default_value_t = 2018)]
    pub seed: u64,
}

#[derive(Args)]
pub struct IngestArgs {
    /// Name of a shipped mapping, or a TOML file
    pub mapping: String,
    /// Files to land; `-` is standard input, s3://bucket/key, https://… or file:///… an address
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
pub struct PullArgs {
    /// Name of the section
    pub name: String,
    /// Pull once, rather than again and again until Ctrl-C
    #[arg(long)]
    pub once: bool,
    /// Ask once and count, change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args)]
pub struct CardsArgs {
    /// yellow or red
    #[arg(long)]
    pub level: Option<Level>,
    /// Region code, whole or its beginning
    #[arg(long)]
    pub region: Option<String>,
    /// How to write the rows
    #[arg(long, default_value = "table")]
    pub format: TextFormat,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Level {
    Yellow,
    Red,
}

#[derive(Args)]
pub struct DeriveArgs {
    /// Tell which due dates and cards would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Fold every case again, not just those with news
    #[arg(long)]
    pub full: bool,
    /// Take over from another version of the clock
    #[arg(long)]
    pub accept_engine: bool,
}

#[derive(Subcommand)]
pub enum ReferenceVerb {
    /// Write a table's rows as CSV to standard output
    #[command(after_help = examples::REFERENCE_EXPORT)]
    Export {
        /// Such as service_item, sla_policy, calendar_day, calendar_year, office_hours, metric_parameter
        table: String,
    },
    /// Put rows of a CSV file into a table, in the place of those with the same key
    #[command(after_help = examples::REFERENCE_PUT)]
    Put {
        /// Such as service_item, sla_policy, calendar_day, calendar_year, office_hours, metric_parameter
        table: String,
        /// CSV in UTF-8 with a header of field names (docs/TABLES.md)
        file: PathBuf,
        /// Tell which due dates and cards of open cases would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
pub struct QueryArgs {
    /// One SELECT
    pub sql: String,
    /// Value for $k in the statement: k=v; a date, a whole number, or else text
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
    /// How to write the rows
    #[arg(long, default_value = "table")]
    pub format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Give up when planning and running have taken so many seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        value_parser = values::seconds,
        allow_negative_numbers = true
    )]
    pub timeout: u64,
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
    #[command(after_help = examples::IS_WORKDAY)]
    IsWorkday {
        /// The day, such as 2018-05-16
        date: String,
    },
    /// The N-th working day after DATE; --batch reads `date,n` lines
    #[command(allow_negative_numbers = true, after_help = examples::ADD)]
    Add {
        /// The day from which to count, such as 2018-05-16; it is not counted itself
        #[arg(required_unless_present = "batch")]
        date: Option<String>,
        /// How many working days; below 0 counts backwards
        #[arg(required_unless_present = "batch")]
        n: Option<i64>,
        /// Read `date,n` lines from standard input, write `date,n,deadline`; with --json an object a line
        #[arg(long, conflicts_with_all = ["date", "n"])]
        batch: bool,
    },
    /// Working days after A, up to and with B
    #[command(after_help = examples::BETWEEN)]
    Between {
        /// The day from which to count, such as 2018-05-16; it is not counted itself
        a: String,
        /// The last day that is counted
        b: String,
    },
}

#[derive(Args)]
pub struct ServeArgs {
    /// Address to listen on; beyond loopback only with accounts and TLS (docs/ACCOUNTS.md)
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Run on a simulated clock, so many times as fast; only on a lake that `sample` made
    #[arg(long, value_name = "SPEED", value_parser = values::speed, allow_negative_numbers = true)]
    pub simulate: Option<f64>,
}

#[derive(Args)]
pub struct DemoArgs {
    /// Simulated seconds a second
    #[arg(long, default_value_t = 60.0, value_parser = values::speed, allow_negative_numbers = true)]
    pub speed: f64,
    /// Address to listen on; only loopback, since a demonstration has no accounts
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Share of a full city's volume in a new demonstration lake, above 0, up to 100
    #[arg(long, default_value_t = 0.05, value_parser = values::scale, allow_negative_numbers = true)]
    pub scale: f64,
}
