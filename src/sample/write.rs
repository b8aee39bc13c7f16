//! The files of an export as CSV: cases and events, what the platforms keep beside them, and the
//! reference rows.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Sample;
use super::others::{self, OtherRow};
use super::table::{Tables, push_time};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub case_file: PathBuf,
    pub event_file: PathBuf,
    pub cases: u64,
    pub events: u64,
    /// The other tables, in an order in which they can be landed.
    pub others: Vec<OtherFile>,
}

/// One file beside those of the cases; its table is also its mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    pub table: &'static str,
    pub file: PathBuf,
    pub rows: u64,
}

/// Writes what was recorded by the present into files in `out`, named after that time; they have
/// their names only when they are complete. `progress` hears, after each day, how many cases there
/// are so far.
pub fn write_files(sample: &Sample, out: &Path, progress: &mut dyn FnMut(u64)) -> anyhow::Result<Written> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut stamp = Vec::new();
    push_time(&mut stamp, sample.present);
    stamp.retain(|byte| *byte != b'-' && *byte != b':');
    let stamp = String::from_utf8_lossy(&stamp).replace(' ', "T");
    let file = |table: &str, end: &str| out.join(format!("{table}_{stamp}.csv{end}"));
    let parts = (file("workflow_case", ".part"), file("workflow_event", ".part"));
    let mut tables = Tables::new(create(&parts.0)?, create(&parts.1)?)?;
    let mut beside = Vec::new();
    for (table, columns, rows) in others::reference::tables(sample)? {
        let mut writer = OtherWriter::begin(table, columns, file(table, ".part"))?;
        rows.iter().try_for_each(|row| writer.write(row))?;
        beside.push(writer);
    }
    let first = beside.len();
    for (table, columns) in others::TABLES {
        beside.push(OtherWriter::begin(table, columns, file(table, ".part"))?);
    }
    let mut other = |row: OtherRow| {
        let writer = beside.iter_mut().skip(first).find(|writer| writer.table == row.table);
        writer.map_or(Ok(()), |writer| writer.write(&row.fields))
    };
    let (cases, events) = write_history(sample, &mut tables, &mut other, progress)?;
    tables.finish().context("cannot finish the sample files")?;
    let (case_file, event_file) = (file("workflow_case", ""), file("workflow_event", ""));
    for (part, whole) in [(&parts.0, &case_file), (&parts.1, &event_file)] {
        fs::rename(part, whole).with_context(|| format!("cannot write {}", whole.display()))?;
    }
    let others = beside.into_iter().map(|writer| {
        let whole = file(writer.table, "");
        writer.finish(whole)
    });
    Ok(Written { case_file, event_file, cases, events, others: others.collect::<anyhow::Result<_>>()? })
}

/// Writes what was recorded by the present; returns the numbers of cases and events.
pub(super) fn write_history<W: Write>(
    sample: &Sample,
    tables: &mut Tables<W>,
    other: &mut dyn FnMut(OtherRow) -> anyhow::Result<()>,
    progress: &mut dyn FnMut(u64),
) -> anyhow::Result<(u64, u64)> {
    let (mut cases, mut events) = (0, 0);
    for day in sample.exported_days() {
        let mut beside = Vec::new();
        others::of_city(sample, day, &mut beside);
        for village in 0..sample.villages() {
            let of_day = sample.cases_on(village, day);
            others::of_village(sample, village, day, &of_day, &mut beside);
            for case in of_day.iter().filter(|case| case.recorded_at <= sample.present) {
                tables.case(case)?;
                cases += 1;
                for event in &case.events {
                    if event.recorded_at <= sample.present {
                        tables.event(case, event)?;
                        events += 1;
                    }
                }
                if case.certified_at.is_some_and(|at| at <= sample.present) {
                    tables.certificate(case)?;
                }
            }
        }
        for row in beside.into_iter().filter(|row| row.recorded_at <= sample.present) {
            other(row)?;
        }
        progress(cases);
    }
    Ok((cases, events))
}

/// One of the other files while it is written.
struct OtherWriter {
    table: &'static str,
    part: PathBuf,
    rows: u64,
    writer: csv::Writer<File>,
}

impl OtherWriter {
    fn begin(table: &'static str, columns: &str, part: PathBuf) -> anyhow::Result<Self> {
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(create(&part)?);
        writer.write_record(columns.split(','))?;
        Ok(Self { table, part, rows: 0, writer })
    }

    fn write(&mut self, fields: &[String]) -> anyhow::Result<()> {
        self.rows += 1;
        Ok(self.writer.write_record(fields)?)
    }

    /// Gives the file its name.
    fn finish(mut self, file: PathBuf) -> anyhow::Result<OtherFile> {
        self.writer.flush().with_context(|| format!("cannot write {}", self.part.display()))?;
        fs::rename(&self.part, &file).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(OtherFile { table: self.table, file, rows: self.rows })
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
