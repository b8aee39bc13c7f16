//! XLSX workbooks by `calamine`: cells are read one by one, never a whole sheet.

use std::io::{BufReader, Read, Seek};

use calamine::{Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::parts::Parts;
use super::ratio::Measure;
use super::{Seekable, Sink};
use crate::mapping::Sheets;
use crate::{Mapping, ReadError};

mod bounds;
mod cell;
mod header;
mod rows;
mod table;

use rows::{Row, Rows};
use table::Table;

/// Reads all records of the sheet or sheets that the mapping names; their lines are the rows.
pub(super) fn read(
    mut input: BufReader<Box<dyn Seekable>>,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let mut measure = Measure::new(bounds::check(&mut input, file)?);
    let mut book = Xlsx::new(input).map_err(|error: XlsxError| broken(file, 1, &error.to_string()))?;
    let all: Vec<Sheet> = book.sheets_metadata().to_vec();
    let visible = all.iter().filter(|sheet| {
        // Sheets of charts and dialogs have no cells.
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    });
    let visible: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let known = |name: &String| {
        if all.iter().any(|sheet| sheet.name == *name) {
            return Ok(());
        }
        let present: Vec<&str> = all.iter().map(|sheet| sheet.name.as_str()).collect();
        let (file, sheet) = (file.to_owned(), name.clone());
        Err(ReadError::MissingSheet { file, sheet, present: present.join(", ") })
    };
    let found = match (&mapping.xlsx.sheet, &mapping.xlsx.sheets) {
        (Some(name), _) => {
            known(name)?;
            sheet(&mut book, name, file, &mut measure, mapping, sink)?
        }
        (None, Some(several)) => {
            let names = if let Sheets::Named(names) = several { names } else { &visible };
            names.iter().try_for_each(known)?;
            let mut parts = Parts::new(sink, file);
            let mut found = false;
            for name in names {
                parts.part(&format!("sheet {name}"));
                found |= sheet(&mut book, name, file, &mut measure, mapping, &mut parts)?;
            }
            found
        }
        (None, None) => {
            let mut found = false;
            for name in &visible {
                match found {
                    false => found = sheet(&mut book, name, file, &mut measure, mapping, sink)?,
                    true if has_values(&mut book, name) => sink.left_out(name),
                    true => {}
                }
            }
            found
        }
    };
    if found { Ok("XLSX") } else { Err(ReadError::Empty { file: file.to_owned() }) }
}

fn broken(file: &str, line: u64, reason: &str) -> ReadError {
    ReadError::Broken { file: file.to_owned(), line, reason: format!("the workbook cannot be read ({reason})") }
}

/// Whether a sheet has any values. One that cannot be read may have some.
fn has_values<R: Read + Seek>(book: &mut Xlsx<R>, name: &str) -> bool {
    let Ok(cells) = book.worksheet_cells_reader(name) else { return true };
    Rows::new(cells, name).first().map_or(true, |rows| !rows.is_empty())
}

/// Reads a sheet; whether it has any values.
fn sheet<R: Read + Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    file: &str,
    measure: &mut Measure,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<bool, ReadError> {
    let place = format!("{file}, sheet {name:?}");
    let failed = |error: XlsxError| broken(&place, 1, &error.to_string());
    let merged = book.merge_cells_by_sheet_name(name).map_err(failed)?;
    let mut rows = Rows::new(book.worksheet_cells_reader(name).map_err(failed)?, &place);
    let first = rows.first()?;
    if first.is_empty() {
        return Ok(false);
    }
    let header = header::find(&first, &merged, mapping, &place)?;
    let after = header.last_row;
    let mut table = Table::new(header, mapping);
    let mut take = |row: &Row| -> Result<(), ReadError> {
        if row.number <= after {
            return Ok(());
        }
        measure.take(row.bytes()).map_err(|reason| broken(&place, row.number, &reason))?;
        table.take(row, sink)
    };
    first.iter().try_for_each(&mut take)?;
    drop(first);
    while let Some(row) = rows.next_row()? {
        take(&row)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
