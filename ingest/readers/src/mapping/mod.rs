//! A mapping says how the records of one system become rows of our tables. It is a TOML file, so
//! that an integrator writes one without touching code; `docs/MAPPINGS.md` explains every key.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, is_separator};

use contract::{Contract, Kind, MadeId, Role};
use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::ReadError;

mod drift;
mod hints;
mod rule;
mod shipped;

pub use drift::{Drift, DriftMode};
pub use hints::{CsvHints, Format, JsonHints, Sheets, XlsxHints};
pub(crate) use hints::{HEADER_SEARCH, MAX_HEADER_ROWS};
pub use rule::{FieldRule, Rule, ScaleBy};
pub use shipped::SHIPPED;

/// Longer than any mapping; what is longer is a data file given in its place.
const MAX_BYTES: usize = 1024 * 1024;

/// Fields that the landing fills in by itself; a mapping may not.
const OWN_FIELDS: [&str; 11] = [
    "source_system",
    "known_at",
    "ingested_at",
    "batch_id",
    "row_hash",
    "biz_date",
    "biz_month",
    "unfolded",
    "hash_key_id",
    "put_at",
    "replaced_at",
];

/// Fields that follow from others, or have a value to begin with, where no rule gives one.
const FILLED: [(&str, &str); 2] = [("workflow_case", "data_version"), ("rating", "stars")];

/// Rules by which every case is judged, and parameters of metrics: `sunlake reference put` checks them, and
/// tells first what they would change.
const PUT_BY_HAND: [&str; 5] = ["calendar_day", "calendar_year", "metric_parameter", "office_hours", "sla_policy"];

/// A mapping that has been read and checked.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Name, as given on the command line for a shipped one, else the file's stem.
    pub name: String,
    /// First 16 hexadecimal places of the text's SHA-256: another text is another mapping.
    pub version: String,
    /// The system.
    pub source: Source,
    /// Hints for CSV files and other texts.
    pub csv: CsvHints,
    /// Hints for workbooks.
    pub xlsx: XlsxHints,
    /// Hints for JSON.
    pub json: JsonHints,
    /// What becomes of columns that it does not know.
    pub drift: Drift,
    /// What becomes of a record.
    pub outputs: Vec<Output>,
    /// Zone of times without an offset.
    pub zone: TimeZone,
}

/// The system that records come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name that rows carry as `source_system`.
    pub system: String,
    /// What the system is, for people.
    #[serde(default)]
    pub description: String,
    /// IANA zone of times without an offset.
    pub time_zone: String,
    /// Whether records arrive as they happen: then nothing is known before it landed.
    #[serde(default)]
    pub live: bool,
    /// Whether a batch holds everything up to its extract time, so that silence means that nothing
    /// happened. Only then does it move the source's watermark.
    #[serde(default = "yes")]
    pub complete: bool,
    /// Whether its files and the text of its refused records may rest in the vault.
    #[serde(default = "yes")]
    pub keep: bool,
    /// Column or attribute that names the case; outputs with `per = "case"` use its first record.
    #[serde(default)]
    pub case_key: Option<String>,
    /// Where the extract time comes from.
    #[serde(default)]
    pub extract_time: ExtractTime,
    /// What the files are, where their content and name mislead.
    #[serde(default)]
    pub format: Option<Format>,
}

/// Where a batch's extract time comes from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractTime {
    /// A strptime pattern of the whole file name without `.gz` or `.zip`, e.g. `case_%Y%m%dT%H%M%S.csv`, in
    /// the source's zone. Without it, or where the name does not fit: the latest time in the rows.
    #[serde(default)]
    pub file_name: Option<String>,
}

/// One row that a record becomes.
#[derive(Debug, Clone)]
pub struct Output {
    /// Where it goes.
    pub contract: &'static Contract,
    /// Once per case rather than per record.
    pub once_per_case: bool,
    /// Only if this column has a value.
    pub when_present: Option<String>,
    /// Whether the row is unfolded from a case row (events only).
    pub unfolded: bool,
    /// Rules by field, in the contract's order; `None`: filled in by the landing, or unknown.
    pub rules: Vec<Option<Rule>>,
    /// Columns kept in `attributes`.
    pub attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Source,
    #[serde(default)]
    csv: CsvHints,
    #[serde(default)]
    xlsx: XlsxHints,
    #[serde(default)]
    json: JsonHints,
    #[serde(default)]
    drift: Drift,
    #[serde(rename = "output")]
    outputs: Vec<OutputFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputFile {
    table: String,
    #[serde(default)]
    per: Per,
    #[serde(default)]
    when_present: Option<String>,
    #[serde(default)]
    unfolded: bool,
    #[serde(default)]
    attributes: Vec<String>,
    fields: BTreeMap<String, FieldRule>,
}

#[derive(Deserialize, Default, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Per {
    #[default]
    Record,
    Case,
}

fn yes() -> bool {
    true
}

impl Mapping {
    /// The mapping of that name: a shipped one, else a TOML file under any name.
    pub fn find(name: &str) -> Result<Self, ReadError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        let ends_in_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        if !ends_in_toml && !name.contains(is_separator) && !path.is_file() {
            let known = SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(ReadError::UnknownMapping { name: name.to_owned(), known });
        }
        let stem = path.file_stem().map_or(name.into(), |stem| stem.to_string_lossy());
        Self::parse(&stem, &read_text(path, name)?)
    }

    /// Reads and checks a mapping's text.
    pub fn parse(name: &str, text: &str) -> Result<Self, ReadError> {
        let bad = |reason: String| ReadError::BadMapping { name: name.to_owned(), reason };
        let file: File = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        let zone = TimeZone::get(&file.source.time_zone)
            .map_err(|_| bad(format!("source.time_zone: there is no zone {:?}", file.source.time_zone)))?;
        if file.outputs.is_empty() {
            return Err(bad("it has no [[output]]; say which table its records go to".into()));
        }
        file.csv.check().and_then(|()| file.xlsx.check()).and_then(|()| file.json.check()).map_err(bad)?;
        let outputs = file.outputs.into_iter().map(|output| check(output, &file.source, &zone));
        let outputs = outputs.collect::<Result<Vec<_>, String>>().map_err(bad)?;
        let version = hex::encode(Sha256::digest(text.as_bytes()))[..16].to_owned();
        let mapping = Self {
            name: name.to_owned(),
            version,
            source: file.source,
            csv: file.csv,
            xlsx: file.xlsx,
            json: file.json,
            drift: file.drift,
            outputs,
            zone,
        };
        mapping.check_drift().map_err(bad)?;
        Ok(mapping)
    }

    /// Whether any rule, condition or list of attributes names this column.
    pub(crate) fn uses(&self, column: &str) -> bool {
        let of_outputs = self.outputs.iter().any(|output| {
            let mut rules = output.rules.iter().flatten();
            output.when_present.as_deref() == Some(column)
                || output.attributes.iter().any(|known| known == column)
                || rules.any(|rule| rule.names(column))
        });
        of_outputs || self.source.case_key.as_deref() == Some(column)
    }

    /// Every column that it reads, each once, in the order of its outputs and their fields.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        let case_key = self.source.case_key.iter();
        let of_outputs = self.outputs.iter().flat_map(|output| {
            let rules = output.rules.iter().flatten();
            let of_rules = rules.flat_map(|rule| rule.columns.iter().chain(rule.scale_by.iter().map(|by| &by.column)));
            output.when_present.iter().chain(of_rules).chain(&output.attributes)
        });
        for column in case_key.chain(of_outputs) {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
        columns
    }

    /// The columns that a field of an output is read from; none if it has no rule. Outputs count from 1.
    pub fn columns_of(&self, output: u32, field: &str) -> &[String] {
        let place = usize::try_from(output).ok().and_then(|output| output.checked_sub(1));
        let Some(output) = place.and_then(|place| self.outputs.get(place)) else { return &[] };
        let mut fields = output.contract.fields.iter().zip(&output.rules);
        let rule = fields.find(|(known, _)| known.name == field).and_then(|(_, rule)| rule.as_ref());
        rule.map(|rule| rule.columns.as_slice()).unwrap_or_default()
    }

    /// Every column that must be in the header of a file that has one.
    pub fn needed_columns(&self) -> impl Iterator<Item = &str> {
        let of_rules = self.outputs.iter().flat_map(|output| output.rules.iter().flatten());
        let of_rules = of_rules.filter(|rule| !rule.optional);
        let of_rules = of_rules.flat_map(|rule| rule.columns.iter().chain(rule.scale_by.iter().map(|by| &by.column)));
        let conditions = self.outputs.iter().filter_map(|output| {
            let rules = output.rules.iter().flatten();
            let optional = rules.filter(|rule| rule.optional).flat_map(|rule| rule.columns.iter());
            output.when_present.as_ref().filter(|column| !optional.clone().any(|known| known == *column))
        });
        of_rules.chain(conditions).chain(self.source.case_key.iter()).map(String::as_str)
    }
}

/// Facts, and the reference tables whose rows change no rule behind the city's back.
fn takes_records(contract: &Contract) -> bool {
    match contract.role {
        Role::Fact => true,
        Role::Reference => !PUT_BY_HAND.contains(&contract.table),
        Role::Ledger | Role::Derived => false,
    }
}

fn read_text(path: &Path, name: &str) -> Result<String, ReadError> {
    let bad = |reason: &str| ReadError::BadMapping { name: name.to_owned(), reason: reason.to_owned() };
    let unread = |source| ReadError::Open { file: name.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unread)?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() > MAX_BYTES {
        return Err(bad("a file of more than 1 MiB is no mapping; give the mapping first, then the files to land"));
    }
    String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8 text; save it as UTF-8"))
}

fn check(output: OutputFile, source: &Source, zone: &TimeZone) -> Result<Output, String> {
    let contract = contract::find(&output.table).filter(|contract| takes_records(contract));
    let contract = contract.ok_or_else(|| {
        let tables = contract::ALL.iter().filter(|table| takes_records(table));
        let tables: Vec<&str> = tables.map(|table| table.table).collect();
        format!("output.table: {:?} takes no records; use one of {}", output.table, tables.join(", "))
    })?;
    if output.per == Per::Case && source.case_key.is_none() {
        return Err(format!("{}: per = \"case\" needs source.case_key", output.table));
    }
    for (name, rule) in &output.fields {
        if contract.field(name).is_none() || name == "attributes" {
            return Err(format!("{}: there is no field {name:?} to map; see docs/TABLES.md", output.table));
        }
        if OWN_FIELDS.contains(&name.as_str()) {
            return Err(format!("{}.{name} is filled in by the landing; leave it out", output.table));
        }
        rule.check(name)?;
    }
    let mut rules = Vec::with_capacity(contract.fields.len());
    for field in contract.fields {
        let rule = output.fields.get(field.name).map(|rule| rule.resolve(field, zone)).transpose()?;
        let filled = OWN_FIELDS.contains(&field.name) || FILLED.contains(&(contract.table, field.name));
        let filled = filled || (contract.made_id != MadeId::Never && contract.key.first() == Some(&field.name));
        let filled = filled || (contract.role == Role::Reference && ["version", "valid_from"].contains(&field.name));
        if rule.is_none() && !field.nullable && !filled {
            return Err(format!("{}: field {} has no rule, and a row cannot do without it", output.table, field.name));
        }
        rules.push(rule);
    }
    debug_assert!(
        contract.fields.iter().all(|field| field.kind == Kind::TextMap || !field.kind.is_nested()),
        "no record fills such a field"
    );
    Ok(Output {
        contract,
        once_per_case: output.per == Per::Case,
        when_present: output.when_present,
        unfolded: output.unfolded,
        rules,
        attributes: output.attributes,
    })
}

#[cfg(test)]
mod tests;
