//! Workbooks made by hand.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A zip archive of these files.
pub fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a file of the archive");
        archive.write_all(bytes).expect("write");
    }
    archive.finish().expect("archive").into_inner()
}

/// A cell.
pub enum Cell {
    Text(&'static str),
    Number(f64),
    /// Days since 1899-12-30, shown as a time.
    Time(f64),
}

/// A workbook of one sheet.
pub fn workbook(rows: &[Vec<Cell>]) -> Vec<u8> {
    let sheet: String = rows.iter().zip(1..).map(|(cells, number)| row(cells, number)).collect();
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{sheet}</sheetData></worksheet>");
    let link = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" \
             Target=\"{target}\"/></Relationships>"
        )
    };
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" \
         r:id=\"rId1\"/></sheets></workbook>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs>\
         </styleSheet>"
    );
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default \
                 Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
    packed(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", link("officeDocument", "xl/workbook.xml").as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", link("worksheet", "worksheets/sheet1.xml").as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn row(cells: &[Cell], number: u32) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .map(|(cell, column)| match cell {
            Cell::Text(text) => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            Cell::Number(value) => format!("<c r=\"{column}{number}\"><v>{value}</v></c>"),
            Cell::Time(serial) => format!("<c r=\"{column}{number}\" s=\"1\"><v>{serial}</v></c>"),
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}
