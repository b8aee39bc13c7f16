use std::error::Error as StdError;

use thiserror::Error;

/// Why a file or a mapping cannot be read. Each message says what, where and what to do.
#[derive(Debug, Error)]
pub enum ReadError {
    /// No mapping of that name.
    #[error("there is no mapping {name:?}; give the path of a TOML file or one of: {known}")]
    UnknownMapping { name: String, known: String },
    /// A mapping that cannot be read.
    #[error("mapping {name}: {reason}")]
    BadMapping { name: String, reason: String },
    /// The file cannot be opened or read.
    #[error("{file}: {source}; check the path and the permission")]
    Open { file: String, source: std::io::Error },
    /// It is a folder.
    #[error("{file} is a folder; name the files in it, e.g. {file}/*.csv")]
    Folder { file: String },
    /// A pipe, a socket or a device.
    #[error("{file} is a pipe, socket or device, not a regular file; save it to a file, or give - and pipe it in")]
    NotAFile { file: String },
    /// A workbook of a kind that is not read.
    #[error("{file} is {kind}; save it as XLSX without a password, or its sheet as CSV")]
    Spreadsheet { file: String, kind: &'static str },
    /// Another format than the mapping says.
    #[error(
        "{file} is {found}, but by the mapping's source.format it is {wanted}; give the right file, or mend the mapping"
    )]
    WrongFormat { file: String, found: &'static str, wanted: &'static str },
    /// An archive whose files cannot be taken together, or that is packed more than twice.
    #[error("{file}: {reason}")]
    Archive { file: String, reason: String },
    /// A workbook that would take the machine's memory.
    #[error(
        "{file} unpacks to more than {limit_mib} MiB, more than any workbook of records; split it, or export its sheets as CSV"
    )]
    TooLarge { file: String, limit_mib: u64 },
    /// A sheet that the mapping names is not there.
    #[error("{file}: there is no sheet {sheet:?}; the workbook has: {present}")]
    MissingSheet { file: String, sheet: String, present: String },
    /// It has no bytes, or a header alone.
    #[error("{file} is empty; nothing to land. Export it again")]
    Empty { file: String },
    /// A column that the mapping names is not there.
    #[error("{file}, line {line}: column {column:?} of mapping {mapping} is missing; the file has: {present}")]
    MissingColumn { file: String, line: u64, column: String, mapping: String, present: String },
    /// The same of a file whose encoding was guessed.
    #[error(
        "{missing}. Its bytes were taken for {encoding}, as nothing says otherwise; if that is wrong, set csv.encoding in \
         the mapping (utf-8, utf-16 or gb18030) and take out what misled, such as zero bytes"
    )]
    Misread { missing: Box<ReadError>, encoding: &'static str },
    /// What a server shows to people.
    #[error(
        "{file} is a web page (HTML), not data; if it was fetched, look in a browser at what the address gives; if it is \
         a table, open it and save it as CSV or XLSX"
    )]
    WebPage { file: String },
    /// Columns that a mapping which freezes its columns does not know.
    #[error(
        "{file}, line {line}: new columns: {columns}; mapping {mapping} refuses them (drift.mode = \"freeze\"). Name them in it, in a rule or in drift.ignore, or set drift.mode to \"discard\" or \"evolve\""
    )]
    NewColumns { file: String, line: u64, columns: String, mapping: String },
    /// More columns than any real table has.
    #[error("{file}, line {line}: more than {most} columns, so no table of records; check delimiter and line ends")]
    TooManyColumns { file: String, line: u64, most: usize },
    /// One record is larger than any real one.
    #[error(
        "{file}, line {line}: a record of more than {limit_mib} MiB; a quote that never closes, or not {format}. Mend the file and land it again"
    )]
    RecordTooLong { file: String, line: u64, limit_mib: u64, format: &'static str },
    /// The bytes end or break in the middle.
    #[error("{file}, line {line}: {reason}. Nothing of the file has landed; export it again")]
    Broken { file: String, line: u64, reason: String },
    /// Somebody wrote to it in between.
    #[error("{file} was changed while it was read. Nothing of it has landed; land it again when it is complete")]
    Changed { file: String },
    /// The bytes are not in the encoding that the mapping names.
    #[error(
        "{file}: encoding {encoding:?} is not known; use utf-8, utf-16 or gb18030, or leave it out to have it detected"
    )]
    Encoding { file: String, encoding: String },
    /// What takes the records said no.
    #[error(transparent)]
    Sink(Box<dyn StdError + Send + Sync>),
}
