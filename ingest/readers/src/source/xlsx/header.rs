//! Finds the header of a sheet: the mapping tells which names it must have. A header of several
//! rows, which merged cells give away, becomes one with the names joined: `上级/下级`.

use std::collections::BTreeSet;

use calamine::Dimensions;

use super::rows::Row;
use crate::mapping::MAX_HEADER_ROWS;
use crate::record::{Header, MAX_COLUMNS};
use crate::source::columns;
use crate::{Mapping, ReadError};

/// More merged cells than any header has.
const MAX_AREAS: usize = 1_000;

/// Bytes of a longer text are no name: merged over all columns it would stand in memory for each.
const LONGEST_NAME: usize = 2 * 1024;

/// A header and where it is.
pub(super) struct Found {
    pub(super) header: Header,
    /// The sheet's column of each of the header's places.
    pub(super) columns: Vec<u32>,
    /// Its rows as they stand in the sheet: column and text.
    pub(super) rows: Vec<Vec<(u32, String)>>,
    /// Its last row, as the sheet counts it.
    pub(super) last_row: u64,
    first_row: u64,
}

/// The header among the first rows of a sheet.
pub(super) fn find(rows: &[Row], merged: &[Dimensions], mapping: &Mapping, place: &str) -> Result<Found, ReadError> {
    let hints = &mapping.xlsx;
    let mut widest: Option<Found> = None;
    for row in rows.iter().filter(|row| hints.header_row.is_none_or(|given| row.number == u64::from(given))) {
        let by_merges = hints.header_rows.unwrap_or_else(|| height(row.number, merged));
        // A title over the whole table is merged, too, and is no part of the header.
        let heights = if hints.header_rows.is_some() || by_merges == 1 { vec![by_merges] } else { vec![by_merges, 1] };
        for height in heights {
            let found = read(row.number, height, rows, merged);
            if found.columns.len() > MAX_COLUMNS {
                let (file, line) = (place.to_owned(), row.number);
                return Err(ReadError::TooManyColumns { file, line, most: MAX_COLUMNS });
            }
            if mapping.needed_columns().all(|column| found.header.find(column).is_some()) {
                columns::check_header(&found.header, mapping, place, found.first_row)?;
                return Ok(found);
            }
            if widest.as_ref().is_none_or(|widest| found.columns.len() > widest.columns.len()) {
                widest = Some(found);
            }
        }
    }
    let Some(found) = widest else {
        let (file, line) = (place.to_owned(), hints.header_row.map_or(1, u64::from));
        let reason = "there is no header in this row; mend xlsx.header_row in the mapping".to_owned();
        return Err(ReadError::Broken { file, line, reason });
    };
    columns::check_header(&found.header, mapping, place, found.first_row)?;
    Ok(found)
}

/// How many rows the header takes whose first is `row`, by the cells that are merged there.
fn height(row: u64, merged: &[Dimensions]) -> u32 {
    let begin = |area: &&Dimensions| u64::from(area.start.0) + 1 == row;
    let rows = merged.iter().filter(begin).map(|area| match area.end.0.saturating_sub(area.start.0) {
        // Merged across columns alone: the names below it are the header's second row.
        0 if area.end.1 > area.start.1 => 2,
        below => below.saturating_add(1),
    });
    rows.max().unwrap_or(1).min(MAX_HEADER_ROWS)
}

fn read(first: u64, height: u32, rows: &[Row], merged: &[Dimensions]) -> Found {
    let last_row = first + u64::from(height) - 1;
    let numbers = first..=last_row;
    let among: Vec<&Row> = rows.iter().filter(|row| numbers.contains(&row.number)).collect();
    let mut areas: Vec<&Dimensions> = merged.iter().collect();
    areas.retain(|area| numbers.contains(&(u64::from(area.start.0) + 1)));
    areas.truncate(MAX_AREAS);
    let mut taken: BTreeSet<u32> = among.iter().flat_map(|row| row.cells.iter().map(|(column, _)| *column)).collect();
    for area in &areas {
        // The cells of a merged area but the first are empty.
        taken.extend((area.start.1..=area.end.1).take(MAX_COLUMNS));
    }
    let texts = among.iter().map(|row| row.texts()).collect();
    let mut found = Found { header: Header::default(), columns: Vec::new(), rows: texts, last_row, first_row: first };
    for column in taken {
        let name = name(column, &numbers, &among, &areas);
        if !name.is_empty() {
            found.header.add_column(&name);
            found.columns.push(column);
        }
    }
    found
}

/// The texts above each other, from the top, each once.
fn name(column: u32, rows: &std::ops::RangeInclusive<u64>, among: &[&Row], areas: &[&Dimensions]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for number in rows.clone() {
        let inside = |area: &&&Dimensions| {
            let rows = u64::from(area.start.0) + 1..=u64::from(area.end.0) + 1;
            rows.contains(&number) && (area.start.1..=area.end.1).contains(&column)
        };
        let (number, column) = match areas.iter().find(inside) {
            Some(area) => (u64::from(area.start.0) + 1, area.start.1),
            None => (number, column),
        };
        let text = among.iter().find(|row| row.number == number).map(|row| row.text(column));
        let text = text.filter(|text| text.len() <= LONGEST_NAME).unwrap_or_default();
        // A line break in a cell is white space.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts.join("/")
}
