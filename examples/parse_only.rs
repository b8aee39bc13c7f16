//! Reads a file as its mapping types it and writes the rows as landing writes them, on two threads as landing does;
//! nothing is hashed, held against other rows, sorted, synced or committed. So it tells what parsing, types and Parquet
//! cost by themselves (docs/BENCHMARKS.md).
//!
//! Usage: `parse_only MAPPING FILE OUT`, with a mapping of one output, e.g. `workflow_event`.

use std::fs::File;
use std::sync::mpsc::sync_channel;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::RecordBatch;
use datasets::lake::writer_properties;
use ingest::{IngestError, Input, Mapping, PersonKey, ReadError, typed_rows};
use parquet::arrow::ArrowWriter;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [mapping, file, out] = words.as_slice() else { bail!("usage: parse_only MAPPING FILE OUT") };
    let mapping = Mapping::find(mapping)?;
    let [output] = mapping.outputs.as_slice() else { bail!("{}: not a mapping of one output", mapping.name) };
    let contract = output.contract;
    let target = File::create(out).with_context(|| out.clone())?;
    let (sender, receiver) = sync_channel::<RecordBatch>(1);
    let writing = std::thread::spawn(move || -> Result<usize> {
        let mut writer = ArrowWriter::try_new(target, contract.schema(), Some(writer_properties(contract)))?;
        let mut written = 0;
        for rows in receiver {
            written += rows.num_rows();
            writer.write(&rows)?;
        }
        writer.close()?;
        Ok(written)
    });
    let input = Input::file(file);
    let name = input.name.clone();
    let mut hand_on = move |rows: RecordBatch| -> Result<(), IngestError> {
        let gone = |_| ReadError::Broken { file: name.clone(), line: 0, reason: "writing was given up".to_owned() };
        Ok(sender.send(rows).map_err(gone)?)
    };
    let person = PersonKey::from_bytes(b"nothing of this stays");
    let refused = typed_rows(&mapping, &input, &person, &mut hand_on);
    // The writer ends when nobody sends any more; its error is the cause of the reader's.
    drop(hand_on);
    let written = writing.join().map_err(|_| anyhow!("the writing thread panicked"))??;
    println!("{written} rows, {} records refused", refused?);
    Ok(())
}
