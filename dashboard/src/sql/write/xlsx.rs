//! A workbook: the rows, and on its second sheet what they are. It is made at the end, so it has bounds of its own.

use arrow::array::RecordBatch;
use axum::http::StatusCode;

use super::{Encoder, End, unwritten, whole};
use crate::format;
use crate::i18n::Lang;
use crate::sheet::{About, Cell, Head as SheetHead, MOST_ROWS, Sheet, workbook};
use crate::sql::Trouble;
use crate::sql::cells::cells;
use crate::sql::run::Head;

/// Cells of a workbook; more are held in memory for too long.
const MOST_CELLS: usize = 2_000_000;
/// Columns that a sheet takes.
const MOST_COLUMNS: usize = 16_384;

pub(super) struct Xlsx {
    sheet: Sheet,
}

impl Xlsx {
    pub(super) fn new(head: &Head, lang: Lang) -> Self {
        let at = |at| format!("{} ({})", format::stamp_seconds(&head.zone, at), head.zone_name);
        let versions = head.versions.iter().map(|(table, version)| format!("{table} {version}"));
        let mut lines = vec![("SQL".to_owned(), head.sql.clone())];
        lines.extend(head.params.iter().map(|(name, value)| (format!("${name}"), value.clone())));
        lines.push((lang.say("filter-as-of"), at(head.as_of)));
        lines.push((lang.say("foot-versions"), versions.collect::<Vec<_>>().join(" · ")));
        lines.push((lang.say("about-made"), at(head.made)));
        let heads = head.schema.fields().iter().map(|field| SheetHead { title: field.name().clone(), has_sum: false });
        let sheet = Sheet {
            file: "sql".to_owned(),
            name: "SQL".to_owned(),
            heads: heads.collect(),
            rows: Vec::new(),
            about: About { lines },
            lang,
            zone: head.zone.clone(),
            as_of: head.as_of,
        };
        Self { sheet }
    }

    fn too_many() -> Trouble {
        let detail = format!(
            "a workbook takes {MOST_ROWS} rows, {MOST_COLUMNS} columns and {MOST_CELLS} cells here; ask for less, or for CSV or Parquet"
        );
        Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "limit", detail)
    }
}

impl Encoder for Xlsx {
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble> {
        let rows = self.sheet.rows.len() + batch.num_rows();
        if rows > MOST_ROWS || batch.num_columns() > MOST_COLUMNS || rows * batch.num_columns() > MOST_CELLS {
            return Err(Self::too_many());
        }
        let columns = batch.columns().iter().map(cells).collect::<Result<Vec<_>, _>>();
        let mut columns: Vec<_> = columns.map_err(|error| unwritten(&error))?.into_iter().map(Vec::into_iter).collect();
        for _ in 0..batch.num_rows() {
            let row = columns.iter_mut().map(|column| column.next().unwrap_or(Cell::None)).collect();
            self.sheet.rows.push(row);
        }
        Ok(Vec::new())
    }

    fn end(self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble> {
        whole(end)?;
        workbook(&self.sheet).map_err(|error| Trouble::server(&error))
    }
}
