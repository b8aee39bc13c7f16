use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{
    BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray, ListBuilder,
    RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type};
use parquet::arrow::ArrowWriter;

use super::*;
use crate::source::told::{Told, mapping};

fn file() -> Vec<u8> {
    let nested = StructArray::from(vec![(
        Arc::new(Field::new("name", DataType::Utf8, true)),
        Arc::new(StringArray::from(vec![Some(" 宁海 "), None])) as ArrayRef,
    )]);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None]);
    let fee = Decimal128Array::from(vec![Some(1050), None]).with_precision_and_scale(18, 2).expect("scale");
    let bytes = BinaryArray::from(vec![Some(b"text".as_slice()), Some(b"\xff".as_slice())]);
    written(&[
        ("id", Arc::new(Int64Array::from(vec![1_234_567_890_123_456_789, 2])) as ArrayRef),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_526_432_400_000_000, 0]).with_timezone("UTC"))),
        ("local", Arc::new(TimestampMillisecondArray::from(vec![Some(1_526_461_200_500), None]))),
        ("day", Arc::new(Date32Array::from(vec![Some(17_667), None]))),
        ("fee", Arc::new(fee)),
        ("days", Arc::new(Float64Array::from(vec![Some(20.0), Some(2.5)]))),
        ("agent", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("village", Arc::new(nested)),
        ("list", Arc::new(list)),
        ("bytes", Arc::new(bytes)),
    ])
}

fn written(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    let columns = columns.iter().map(|(name, column)| (*name, column.clone(), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("writer");
    writer.write(&batch).expect("write");
    writer.close().expect("close");
    bytes
}

fn told(bytes: Vec<u8>, attributes: &[&str]) -> Result<Vec<String>, String> {
    let mut told = Told::default();
    let mapping = mapping("id", "at", &format!("attributes = {attributes:?}"), "");
    let size = bytes.len() as u64;
    read(Box::new(Cursor::new(bytes)), size, "f", &mapping, &mut told).map_err(|error| error.to_string())?;
    Ok(told.lines)
}

#[test]
fn every_type_is_text_without_loss() {
    let first = "1: id=1234567890123456789 at=2018-05-16T01:00:00Z local=2018-05-16T09:00:00.5 \
                 day=2018-05-16 fee=10.50 days=20 agent=true village.name=宁海 list=[1,null] bytes=text";
    let all = ["local", "day", "fee", "days", "agent", "village.name", "list", "bytes"];
    assert_eq!(told(file(), &all).expect("read"), [first, "2: encoding"]);
}

#[test]
fn columns_that_the_mapping_does_not_name_are_not_decoded() {
    let first = "1: id=1234567890123456789 at=2018-05-16T01:00:00Z village.name=宁海 list=[1,null]";
    let second = "2: id=2 at=1970-01-01T00:00:00Z";
    assert_eq!(told(file(), &["list", "village.name"]).expect("read"), [first, second]);
}

#[test]
fn a_record_of_no_end_is_refused_and_the_next_is_read() {
    let long = "x".repeat(9 * 1024 * 1024);
    let texts = |text: &str| Arc::new(StringArray::from(vec![text, "", "short"])) as ArrayRef;
    let mut lists = ListBuilder::new(StringBuilder::new());
    let listed: [&[&str]; 3] = [&[], &[&long, &long], &["x", "y\"z"]];
    for items in listed {
        items.iter().for_each(|item| lists.values().append_value(item));
        lists.append(true);
    }
    let bytes = written(&[
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("at", Arc::new(StringArray::from(vec!["2018-05-16"; 3]))),
        ("a", texts(&long)),
        ("b", texts(&long)),
        ("list", Arc::new(lists.finish())),
    ]);
    let third = "3: id=3 at=2018-05-16 a=short b=short list=[\"x\",\"y\\\"z\"]";
    assert_eq!(told(bytes.clone(), &["a", "b", "list"]).expect("read"), ["1: too_long", "2: too_long", third]);
    let named = told(bytes, &["b"]).expect("read");
    assert!(named.len() == 3 && named[0].starts_with("1: id=1 at=2018-05-16 b=xx"), "one of them fits");
}

#[test]
fn a_page_that_lies_of_its_size_is_refused() {
    let bytes = file();
    let metadata = ArrowReaderMetadata::load(&bytes::Bytes::from(bytes.clone()), ArrowReaderOptions::new());
    let metadata = metadata.expect("metadata");
    let column = metadata.metadata().row_group(0).column(0);
    let start = column.byte_range().0 as usize;
    assert_eq!(bytes[start..start + 3], [0x15, 4, 0x15], "a dictionary, and its size");
    let mut lies = bytes;
    // Four bytes of a whole number that goes on and on.
    lies[start + 3..start + 7].fill(0xff);
    assert!(told(lies, &[]).expect_err("size").contains("not intact Parquet"));
}

#[test]
fn a_file_that_is_cut_off_or_lies_of_its_size_is_refused() {
    let whole = file();
    for cut in [5, 100, whole.len() / 2, whole.len() - 1] {
        let message = told(whole[..cut].to_vec(), &[]).expect_err("cut");
        assert!(message.contains("not intact Parquet"), "{message}");
    }
    let mut lies = whole;
    let footer = lies.len() - 8;
    lies[footer..footer + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(told(lies, &[]).expect_err("footer").contains("not intact Parquet"));
}
