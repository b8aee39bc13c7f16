//! What the fuzz targets do with bytes: read them through the public face of `readers`, and look at what
//! it hands on. Each tells how many records there were. `ingest/readers/tests/all.rs` has this file too,
//! and gives it what fuzzing has found.

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use readers::mapping::CsvHints;
use readers::record::{Header, Item, MAX_COLUMNS};
use readers::{MAX_RECORD, Mapping, ReadError, Sink, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A table of texts. The first byte chooses what the mapping says of encoding and delimiter.
pub fn csv(data: &[u8]) -> u64 {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    let Some((hints, table)) = data.split_first() else { return 0 };
    let encoding = [None, Some("utf-8"), Some("utf-16"), Some("gb18030")][usize::from(hints & 3)];
    let delimiter = [None, Some(','), Some(';'), Some('\t')][usize::from((hints >> 2) & 3)];
    let mapping = MAPPING.get_or_init(|| events("csv", "case", "at", ""));
    let csv = CsvHints { encoding: encoding.map(str::to_owned), delimiter };
    records(table.to_vec(), &Mapping { csv, ..mapping.clone() })
}

/// A workbook, or what one is made of: two sheets, the texts that cells share and the styles, with a zero
/// byte between them. Nobody would guess a zip archive's check sums.
pub fn xlsx(data: &[u8]) -> u64 {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    let mapping = MAPPING.get_or_init(|| events("xlsx", "case", "at/day", "[xlsx]\nsheets = \"all\""));
    records(if data.starts_with(b"PK") { data.to_vec() } else { workbook(data) }, mapping)
}

/// An event log.
pub fn xes(data: &[u8]) -> u64 {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    let mapping = MAPPING.get_or_init(|| events("xes", "case:concept:name", "time:timestamp", ""));
    records(data.to_vec(), mapping)
}

/// An object a line.
pub fn ndjson(data: &[u8]) -> u64 {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    let mapping = MAPPING.get_or_init(|| events("ndjson", "case", "at.day", "[drift]\nmode = \"evolve\""));
    records(data.to_vec(), mapping)
}

/// The text of a mapping; one that is sound reads a table of the columns that it names.
pub fn mapping(data: &[u8]) -> u64 {
    let Ok(text) = std::str::from_utf8(data) else { return 0 };
    let mapping = match Mapping::parse("fuzz", text) {
        Ok(mapping) => mapping,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return 0;
        }
    };
    let columns = mapping.columns();
    let delimiter = mapping.csv.delimiter.unwrap_or(',').to_string();
    let names: Vec<String> = columns.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let values = |value: &str| vec![value; columns.len()].join(&delimiter);
    let table = [names.join(&delimiter), values("1"), values("2018-05-16 09:00:00"), values("\"1\n2\"")];
    records((table.join("\n") + "\n").into_bytes(), &mapping)
}

/// A mapping of events whose case and time stand in these columns; `sections`: what else it says.
fn events(format: &str, case: &str, at: &str, sections: &str) -> Mapping {
    let text = format!(
        "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\nformat = \"{format}\"\n{sections}\n[[output]]\n\
         table = \"workflow_event\"\nattributes = [\"note\"]\n[output.fields]\ncase_no = \"{case}\"\n\
         event_type = {{ value = \"ACCEPT\" }}\noccurred_at = \"{at}\"\n"
    );
    Mapping::parse("fuzz", &text).expect("the mapping of a target is sound")
}

/// Reads bytes to their end, or to an error that says something.
fn records(bytes: Vec<u8>, mapping: &Mapping) -> u64 {
    let mut bounds = Bounds { records: 0 };
    match read(Box::new(Cursor::new(bytes)), "fuzz", mapping, &mut bounds) {
        Ok(encoding) => assert!(!encoding.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    bounds.records
}

/// Looks whether what it is handed lies within what the readers promise.
struct Bounds {
    records: u64,
}

impl Sink for Bounds {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        assert!(header.len() <= MAX_COLUMNS, "{} columns", header.len());
        match item {
            Item::Record { line, record } => {
                self.records += 1;
                assert!(line > 0, "a record at no line");
                assert!(record.raw(header.len()).is_none(), "a record has more values than there are names");
                let text: usize = (0..).map_while(|place| record.raw(place)).map(str::len).sum();
                assert!(text as u64 <= MAX_RECORD, "a record of {text} bytes");
            }
            Item::Refused { line, rule, reason, bytes } => {
                assert!(line > 0 && !rule.is_empty() && !reason.is_empty(), "a refusal that tells nothing");
                // What stood between the values comes to the text of a record.
                assert!(bytes.len() as u64 <= 2 * MAX_RECORD, "{} bytes refused as one record", bytes.len());
            }
        }
        Ok(())
    }
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of these parts.
fn workbook(data: &[u8]) -> Vec<u8> {
    let mut parts = data.split(|byte| *byte == 0);
    let mut part = |otherwise: &str| {
        let given = parts.next().unwrap_or_default();
        if given.is_empty() { otherwise.as_bytes().to_vec() } else { given.to_vec() }
    };
    let nothing = "<worksheet><sheetData/></worksheet>";
    let link = |id: u8, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    let links = |all: &[String]| format!("<Relationships xmlns=\"{PACKAGE}\">{}</Relationships>", all.concat());
    let sheets = "<sheet name=\"one\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"two\" sheetId=\"2\" r:id=\"r2\"/>";
    let book = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>");
    let targets = [
        link(1, "worksheet", "worksheets/sheet1.xml"),
        link(2, "worksheet", "worksheets/sheet2.xml"),
        link(3, "sharedStrings", "sharedStrings.xml"),
        link(4, "styles", "styles.xml"),
    ];
    let parts = [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", links(&[link(1, "officeDocument", "xl/workbook.xml")]).into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", links(&targets).into_bytes()),
        ("xl/worksheets/sheet1.xml", part(nothing)),
        ("xl/worksheets/sheet2.xml", part(nothing)),
        ("xl/sharedStrings.xml", part("")),
        ("xl/styles.xml", part("")),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        // A workbook without shared texts or styles has no such part.
        if bytes.is_empty() {
            continue;
        }
        let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        archive.start_file(name, plain).expect("a part begins");
        archive.write_all(&bytes).expect("a part is written");
    }
    archive.finish().expect("an archive in memory").into_inner()
}
