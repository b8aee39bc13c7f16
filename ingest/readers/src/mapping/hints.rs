//! How to read files of each format; what is left out is found out.

use serde::Deserialize;

/// Rows of a sheet in which a header is looked for, from the first that has values.
pub(crate) const HEADER_SEARCH: u32 = 50;
/// More header rows than any real sheet has.
pub(crate) const MAX_HEADER_ROWS: u32 = 4;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Values between commas, semicolons or tabs.
    Csv,
    /// Values between tabs.
    Tsv,
    /// An event log, IEEE 1849.
    Xes,
    /// A JSON object on each line.
    Ndjson,
    /// An array of JSON objects.
    Json,
    /// A workbook.
    Xlsx,
    /// Columns as Apache Parquet keeps them.
    Parquet,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Xes => "XES",
            Self::Ndjson => "NDJSON",
            Self::Json => "JSON",
            Self::Xlsx => "XLSX",
            Self::Parquet => "Parquet",
        }
    }
}

/// How to read a CSV file, or any other text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvHints {
    /// `utf-8`, `utf-16` or `gb18030`.
    #[serde(default)]
    pub encoding: Option<String>,
    /// One character.
    #[serde(default)]
    pub delimiter: Option<char>,
}

/// How to read a workbook.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XlsxHints {
    /// The sheet with the records. Without it: the first visible one that has values.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Several sheets, read one after the other.
    #[serde(default)]
    pub sheets: Option<Sheets>,
    /// Row of the header, or the first of its rows, as the sheet counts them.
    #[serde(default)]
    pub header_row: Option<u32>,
    /// How many rows the header takes. Without it: as its merged cells say.
    #[serde(default)]
    pub header_rows: Option<u32>,
}

/// Several sheets of a workbook.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Sheets {
    /// `"all"`: the visible ones.
    Word(String),
    /// These.
    Named(Vec<String>),
}

/// How to read JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonHints {
    /// Where in the file the array of records stands, e.g. `data.rows`.
    #[serde(default)]
    pub records: Option<String>,
}

impl CsvHints {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) {
            return Err("csv.delimiter must be one ASCII character".into());
        }
        Ok(())
    }
}

impl XlsxHints {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.sheet.is_some() && self.sheets.is_some() {
            return Err("xlsx.sheet names one sheet, xlsx.sheets several; keep one of them".into());
        }
        match &self.sheets {
            Some(Sheets::Word(word)) if word != "all" => {
                return Err(format!("xlsx.sheets: {word:?} is not known; use \"all\", or a list of names"));
            }
            Some(Sheets::Named(names)) if names.is_empty() => {
                return Err("xlsx.sheets names no sheet; leave it out to read the first one with values".into());
            }
            _ => {}
        }
        if self.header_row.is_some_and(|row| !(1..=HEADER_SEARCH).contains(&row)) {
            return Err(format!("xlsx.header_row must lie between 1 and {HEADER_SEARCH}"));
        }
        if self.header_rows.is_some_and(|rows| !(1..=MAX_HEADER_ROWS).contains(&rows)) {
            return Err(format!("xlsx.header_rows must lie between 1 and {MAX_HEADER_ROWS}"));
        }
        Ok(())
    }
}

impl JsonHints {
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.records {
            Some(path) if path.split('.').any(str::is_empty) => {
                Err("json.records must be names with dots between them, e.g. \"data.rows\"".into())
            }
            _ => Ok(()),
        }
    }
}
