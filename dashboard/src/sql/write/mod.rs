//! Answers as bytes, piece by piece as their rows come. One form is one file.

mod arrow_stream;
mod csv;
mod json;
mod parquet_file;
mod xlsx;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::run::Head;
use super::{Form, Trouble};
use crate::i18n::Lang;

/// How an answer ended.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) rows: u64,
    /// Whether there were more rows than it may have.
    pub(crate) truncated: bool,
    pub(crate) millis: u64,
    /// What broke it off.
    pub(crate) trouble: Option<Trouble>,
}

/// Writes one answer.
pub(crate) trait Encoder: Send {
    /// The bytes that some rows bring, which may be none yet.
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble>;

    /// The bytes at the end. A form that cannot say that it was cut off is an error then.
    fn end(self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble>;
}

/// The writer of a form. With `for_people` a CSV is one that spreadsheet programs open.
pub(crate) fn encoder(form: Form, head: &Head, lang: Lang, for_people: bool) -> Result<Box<dyn Encoder>, Trouble> {
    Ok(match form {
        Form::Json => Box::new(json::Json::new(head)),
        Form::Csv => Box::new(csv::Csv::new(head, for_people)),
        Form::Arrow => Box::new(arrow_stream::ArrowStream::new(head)?),
        Form::Parquet => Box::new(parquet_file::ParquetFile::new(head)?),
        Form::Xlsx => Box::new(xlsx::Xlsx::new(head, lang)),
    })
}

/// A file says nothing of what it lacks, so it is whole or none.
fn whole(end: &End) -> Result<(), Trouble> {
    match &end.trouble {
        Some(trouble) => Err(trouble.clone()),
        None if end.truncated => Err(Trouble::cut(end.rows)),
        None => Ok(()),
    }
}

/// Rows that a form has no place for.
fn unwritten(error: &ArrowError) -> Trouble {
    let detail = format!("a column cannot be written in this form: {error}; cast it to text, or ask for another form");
    Trouble::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "form", detail)
}

#[cfg(test)]
mod tests;
