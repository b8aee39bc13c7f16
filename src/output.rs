//! Results on standard output or into a file.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::FormatOptions;

use crate::cli::{Format, Misuse, TextFormat};

/// Prints a line of a result. Unlike `println!` it is an error, not a panic, if nobody reads.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::line(format_args!($($text)*))?
    };
}
pub(crate) use say;

/// Writes a line to standard output.
pub fn line(text: std::fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_fmt(text)?;
    out.write_all(b"\n")
}

/// A number and what it counts: `1 case`, `2 cases`.
pub fn counted<N: Display + PartialEq + From<u8>>(n: N, one: &str, more: &str) -> String {
    let what = if n == N::from(1_u8) { one } else { more };
    format!("{n} {what}")
}

impl From<TextFormat> for Format {
    fn from(format: TextFormat) -> Self {
        match format {
            TextFormat::Table => Self::Table,
            TextFormat::Csv => Self::Csv,
            TextFormat::Json => Self::Json,
        }
    }
}

/// Writes rows in `format`, or as JSON if that was asked for globally.
pub fn write(batches: &[RecordBatch], format: Format, json: bool, file: Option<&Path>) -> Result<()> {
    let format = if json && format == Format::Table { Format::Json } else { format };
    match file {
        None if matches!(format, Format::Arrow | Format::Parquet) && io::IsTerminal::is_terminal(&io::stdout()) => {
            Err(Misuse("this format is not for a terminal; name a file with --output".into()).into())
        }
        None => to(BufWriter::new(io::stdout()), batches, format),
        Some(file) => {
            // Under another name first: what carries the asked name is whole.
            let part = file.with_extension("part");
            let made = File::create(&part).with_context(|| format!("{}", part.display()))?;
            let written = to(BufWriter::new(made), batches, format);
            if written.is_err() {
                std::fs::remove_file(&part).with_context(|| format!("{}", part.display()))?;
                return written;
            }
            std::fs::rename(&part, file).with_context(|| format!("{}", file.display()))
        }
    }
}

fn to(mut out: impl Write + Send, batches: &[RecordBatch], format: Format) -> Result<()> {
    let schema = batches.first().map(RecordBatch::schema).context("a result without columns")?;
    match format {
        Format::Table => table(&mut out, batches)?,
        Format::Csv => {
            let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut out);
            for batch in batches {
                writer.write(&flat(batch)?)?;
            }
            if batches.iter().all(|batch| batch.num_rows() == 0) {
                writer.write(&flat(&RecordBatch::new_empty(schema))?)?;
            }
        }
        Format::Json => {
            let mut writer = arrow::json::writer::WriterBuilder::new()
                .with_explicit_nulls(true)
                .build::<_, arrow::json::writer::JsonArray>(&mut out);
            for batch in batches {
                writer.write(batch)?;
            }
            writer.finish()?;
            drop(writer);
            out.write_all(b"\n")?;
        }
        Format::Arrow => {
            let mut writer = arrow::ipc::writer::StreamWriter::try_new(&mut out, &schema)?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.finish()?;
        }
        Format::Parquet => {
            let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, schema, None)?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.close()?;
        }
    }
    out.flush()?;
    Ok(())
}

fn table(out: &mut impl Write, batches: &[RecordBatch]) -> Result<()> {
    let options = FormatOptions::default().with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.f"));
    let text = arrow::util::pretty::pretty_format_batches_with_options(batches, &options)?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// CSV has no nested values: they become JSON-like text.
fn flat(batch: &RecordBatch) -> Result<RecordBatch> {
    let options = FormatOptions::default();
    let mut columns = Vec::new();
    let mut fields = Vec::new();
    for (column, field) in batch.columns().iter().zip(batch.schema().fields()) {
        if field.data_type().is_nested() {
            let formatter = arrow::util::display::ArrayFormatter::try_new(column, &options)?;
            let texts: Vec<String> = (0..batch.num_rows()).map(|at| formatter.value(at).to_string()).collect();
            columns.push(std::sync::Arc::new(arrow::array::StringArray::from(texts)) as arrow::array::ArrayRef);
            fields.push(arrow::datatypes::Field::new(field.name(), arrow::datatypes::DataType::Utf8, true));
        } else {
            columns.push(column.clone());
            fields.push(field.as_ref().clone());
        }
    }
    let schema: SchemaRef = std::sync::Arc::new(arrow::datatypes::Schema::new(fields));
    Ok(RecordBatch::try_new_with_options(
        schema,
        columns,
        &arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows())),
    )?)
}

/// Whether the reader of our output went away, which is no error (`sunlake query … | head`).
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let direct = cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        direct || cause.to_string().contains("Broken pipe")
    })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_of_a_thing_takes_the_singular() {
        assert_eq!([counted(0_u64, "entry", "entries"), counted(1_i64, "entry", "entries")], ["0 entries", "1 entry"]);
        assert_eq!(counted(11_usize, "card", "cards"), "11 cards");
    }
}
