use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::source::told::{Told, mapping};

/// A workbook of sheets: name, rows, what comes after them.
fn book(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let list = |line: &dyn Fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(at, (name, ..))| line(at + 1, name)).collect()
    };
    let types = list(&|at, _| {
        format!(
            "<Override PartName=\"/xl/worksheets/sheet{at}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        )
    });
    let names = list(&|at, name| format!("<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>"));
    let links = list(&|at, _| {
        format!(
            "<Relationship Id=\"rId{at}\" Target=\"worksheets/sheet{at}.xml\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/>"
        )
    });
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
                 PartName=\"/xl/workbook.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
                 {types}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{names}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{package}/relationships\">{links}</Relationships>"),
        ),
        (
            // Style 1 is a time, style 0 is none.
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs>\
                 </styleSheet>"
            ),
        ),
    ];
    for (at, (_, rows, after)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData>{after}</worksheet>");
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("part");
        archive.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("write");
        archive.write_all(text.as_bytes()).expect("write");
    }
    archive.finish().expect("zip").into_inner()
}

/// A row of cells: a text, or, after `=`, attributes and content of a cell.
fn row(number: u32, cells: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| {
        let column = char::from(b'A' + at as u8);
        match text.strip_prefix('=').and_then(|cell| cell.split_once('|')) {
            Some((attributes, content)) => format!("<c r=\"{column}{number}\" {attributes}>{content}</c>"),
            None if text.is_empty() => String::new(),
            None => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let cells: String = cells.iter().enumerate().map(cell).collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

fn told(hints: &str, bytes: Vec<u8>) -> Result<Vec<String>, String> {
    let mut told = Told { reason: 12, ..Told::default() };
    let mapping = mapping("业务号", "时间/受理", "", &format!("[xlsx]\n{hints}"));
    let input: Box<dyn Seekable> = Box::new(Cursor::new(bytes));
    read(BufReader::new(input), "f.xlsx", &mapping, &mut told).map_err(|error| error.to_string())?;
    Ok(told.lines)
}

const MERGED: &str = "<mergeCells count=\"4\"><mergeCell ref=\"A1:D1\"/><mergeCell ref=\"A3:A4\"/><mergeCell \
                      ref=\"B3:C3\"/><mergeCell ref=\"D3:D4\"/></mergeCells>";

fn table() -> String {
    row(1, &["二〇一八年台账"])
        + &row(3, &["业务号", "时间", "", "备\n注"])
        + &row(4, &["", "受理", "受理"])
        + &row(5, &["A1", "=s=\"1\"|<v>43236.375</v>", "2018-05-17", "=|<v>20</v>"])
        + &row(6, &["", " ", "=s=\"1\"|"])
        + &row(8, &["=|<v>4505031002010001</v>", "=s=\"1\"|<v>43236</v>"])
        + &row(9, &["=t=\"e\"|<v>#N/A</v>", "=s=\"1\"|<v>43236</v>"])
        + &row(10, &["=t=\"str\"|<f>A5&amp;\"x\"</f><v>0012</v>", "2018-05-16", "", "=t=\"e\"|<v>#REF!</v>", "stray"])
}

#[test]
fn a_merged_header_is_found_and_cells_are_read_as_they_are_meant() {
    let lines = [
        "5: 业务号=A1 时间/受理=2018-05-16 09:00:00 时间/受理#2=2018-05-17 备 注=20",
        "8: excel_float field 业务",
        "9: error_cell field 业务",
        "10: 业务号=0012 时间/受理=2018-05-16",
    ];
    let bytes = book(&[("空", "", ""), ("台账", &table(), MERGED)]);
    for hints in ["", "header_row = 3", "sheet = \"台账\"\nheader_row = 3\nheader_rows = 2"] {
        assert_eq!(told(hints, bytes.clone()).expect("read"), lines, "{hints}");
    }
}

#[test]
fn several_sheets_are_read_one_after_the_other_by_their_names() {
    let one = row(1, &["业务号", "时间/受理"]) + &row(2, &["A1", "2018-05-16"]);
    let two = row(1, &["时间/受理", "业务号"]) + &row(2, &["2018-05-17", "A2"]);
    let bytes = book(&[("一月", &one, ""), ("二月", &two, ""), ("空", "", "")]);
    let first = "2: 业务号=A1 时间/受理=2018-05-16";
    let second = "2: 业务号=A2 时间/受理=2018-05-17";
    assert_eq!(told("", bytes.clone()).expect("first"), [first, "left out: 二月"]);
    assert_eq!(told("sheet = \"一月\"", bytes.clone()).expect("asked for"), [first]);
    let all = told("sheets = \"all\"", bytes.clone()).expect("all");
    assert_eq!(all, ["sheet 一月", first, "sheet 二月", second, "sheet 空"]);
    let alone = "2: 时间/受理=2018-05-17 业务号=A2";
    assert_eq!(told("sheets = [\"二月\"]", bytes.clone()).expect("one"), ["sheet 二月", alone]);
    let message = told("sheet = \"三月\"", bytes).expect_err("none");
    assert!(message.contains("no sheet \"三月\"; the workbook has: 一月, 二月"), "{message}");
}

#[test]
fn what_is_no_table_is_said_with_its_place() {
    let other = row(2, &["编号", "受理"]) + &row(3, &["A1", "2018-05-16"]);
    let bytes = book(&[("一月", &other, "")]);
    let message = told("", bytes.clone()).expect_err("columns");
    assert!(message.contains("f.xlsx, sheet \"一月\", line 2: column \"业务号\""), "{message}");
    let message = told("header_row = 1", bytes.clone()).expect_err("row");
    assert!(message.contains("line 1: there is no header in this row"), "{message}");
    assert!(told("", book(&[("空", "", "")])).expect_err("empty").contains("f.xlsx is empty"));
    for cut in [30, bytes.len() / 2, bytes.len() - 1] {
        let message = told("", bytes[..cut].to_vec()).expect_err("cut");
        assert!(message.contains("f.xlsx") && message.contains("cannot be read"), "{message}");
    }
}

#[test]
fn a_part_of_no_end_is_not_taken_into_memory() {
    let mut archive = ZipWriter::new_append(Cursor::new(book(&[("一月", "", "")]))).expect("append");
    archive.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).expect("part");
    let zeros = vec![b'0'; 1024 * 1024];
    (0..257).for_each(|_| archive.write_all(&zeros).expect("write"));
    let bytes = archive.finish().expect("zip").into_inner();
    assert!(bytes.len() < 2 * 1024 * 1024);
    assert!(told("", bytes).expect_err("bomb").contains("unpacks to more than 256 MiB"));
}

#[test]
fn a_header_that_comes_again_is_no_record() {
    let names = ["业务号", "时间/受理"];
    let plain = row(1, &names) + &row(2, &["A1", "2018-05-16"]) + &row(3, &names) + &row(4, &["A2", "2018-05-17"]);
    let lines =
        ["2: 业务号=A1 时间/受理=2018-05-16", "3: repeated_header the header s", "4: 业务号=A2 时间/受理=2018-05-17"];
    assert_eq!(told("", book(&[("一月", &plain, "")])).expect("one row"), lines);
    let again = table() + &row(11, &["业务号", "时间", "", "备\n注"]) + &row(12, &["", "受理", "受理", "", "beside"]);
    let told = told("", book(&[("台账", &again, MERGED)])).expect("two rows");
    assert_eq!(told[told.len() - 2..], ["11: repeated_header the header s", "12: repeated_header the header s"]);
}

#[test]
fn a_row_of_no_end_is_refused_and_the_next_is_read() {
    let long = "x".repeat(6 * 1024 * 1024);
    let rows = row(1, &["甲", "乙", "丙", "业务号", "时间/受理", "丁", "戊", "己"])
        + &row(2, &[&long, &long, &long, "A1", "2018-05-16"])
        + &row(3, &["", "", "", "A2", "2018-05-17"])
        + &row(4, &["", "", "", "A3", "2018-05-18", &long, &long, &long]);
    let lines = told("", book(&[("一月", &rows, "")])).expect("read");
    assert_eq!(lines[..2], ["2: too_long field 业务", "3: 业务号=A2 时间/受理=2018-05-17"]);
    // What the mapping does not name may be too long.
    assert!(lines[2].starts_with("4: 业务号=A3 时间/受理=2018-05-18 丁=xx") && !lines[2].contains("己"), "line 4");
    let cell = row(1, &["业务号", "时间/受理"]) + &row(2, &[&long.repeat(3), "2018-05-16"]);
    let message = told("", book(&[("一月", &cell, "")])).expect_err("one cell");
    assert!(message.contains("a cell of more than 16 MiB"), "{message}");
}
