//! Files made to break what reads them, or broken on the way: refused with a sentence, nothing
//! landed, the machine's memory left alone.

use crate::bad_input::{HEADER, refused, row};
use crate::formats::{gzipped, parquet, xlsx};
use crate::workbook::packed;

const NINE: &str = "2018-05-16 09:00:00";

#[test]
fn what_unpacks_beyond_all_measure_is_stopped() {
    let mut zeros = vec![0; 70 * 1024 * 1024];
    zeros[..4].copy_from_slice(b"PK\x03\x04");
    let bomb = gzipped(&zeros);
    assert!(bomb.len() < 256 * 1024);
    refused("bomb.zip.gz", &bomb, &["bomb.zip.gz, line 1", "more than 200 times its size"]);
    refused("bomb.zip", packed(&[("a.zip", &zeros)]), &["bomb.zip/a.zip, line 1", "zip bomb"]);
}

#[test]
fn files_cut_off_on_the_way_are_told() {
    let (sheet, columns) = (xlsx(), parquet());
    let table = gzipped((HEADER.to_owned() + &row(1, NINE).repeat(5000)).as_bytes());
    refused("cut.xlsx", &sheet[..sheet.len() / 2], &["cut.xlsx, line 1", "not intact"]);
    refused("cut.parquet", &columns[..columns.len() / 2], &["cut.parquet, line 1", "not intact Parquet"]);
    refused("cut.zip", packed(&[("a.csv.gz", &table[..table.len() / 2])]), &["cut.zip/a.csv.gz, line", "ends early"]);
    refused("cut.json", "[{\"event_id\":\"E1\"},", &["cut.json, line 1", "was cut off"]);
    refused("cut.ndjson", "{\"event_id\":\"E1\"}\n{\"event", &["cut.ndjson, line 2", "middle of a record"]);
    refused("empty.zip", packed(&[]), &["empty.zip is empty"]);
}

#[test]
fn a_first_record_with_nothing_in_it_is_read_as_any_other() {
    refused("nothing.ndjson", "{}\n", &["nothing.ndjson, line 1: column", "is missing"]);
}

#[test]
fn depth_and_length_are_bounded() {
    refused("deep.json", "{\"a\":".repeat(1_000_000), &["deep.json, line 1", "was cut off"]);
    let deep = format!("{{\"a\":{}\n", "[".repeat(1_000_000));
    refused("long.ndjson", format!("{{\"a\":\"{}", "x".repeat(17 * 1024 * 1024)), &["line 1", "more than 16 MiB"]);
    refused("deep.ndjson", deep + "{", &["deep.ndjson, line 2", "middle of a record"]);
    let inner = packed(&[("a.csv", HEADER.as_bytes())]);
    refused("thrice.zip", packed(&[("b.zip", &gzipped(&gzipped(&inner)))]), &["packed more than twice"]);
}
