//! The metrics as a document: `docs/METRICS.md`, which a test compares.

use crate::{METRICS, Rows};

/// Every metric with its units, formula, caveat and columns, as its header tells them.
pub fn document() -> String {
    let mut text =
        String::from("# Metrics\n\nPrinted from the headers in `queries/sql/metrics`; a test compares this file.\n\n");
    text += "A column whose name ends in `_n` counts rows, which `--rows=COLUMN` shows one by one. Every other number is \
             a sum, a mean, a quotient or a parameter: it is made of these and has no rows of its own.\n";
    for metric in &METRICS {
        let header = metric.header();
        let breakdowns: Vec<&str> = header.breakdowns.iter().map(|breakdown| breakdown.as_str()).collect();
        text += &format!("\n## {} {} {}\n\n", header.id, header.title_zh, header.title_en);
        text += &format!("`{}`. Unit: {}. Source: {}.\n\n", header.name, header.unit, header.source);
        text += &format!("Rows: {}. Told apart by: {}.\n\n", header.grain, breakdowns.join(", "));
        text += &format!("Formula: {}.\n\nCaveat: {}\n\n", header.formula, header.caveat);
        text += "| number | column | unit | meaning |\n|---|---|---|---|\n";
        for column in &header.columns {
            let letter = column.letter.map(String::from).unwrap_or_default();
            let of = column.share.map(|share| format!(" of {share}")).unwrap_or_default();
            text += &format!("| {letter} | `{}` | {}{of} | {} |\n", column.name, column.unit, column.meaning);
        }
        let kinds: Vec<String> = header.rows.chunk_by(|a, b| a.key == b.key).map(kind_of_rows).collect();
        text += &format!("\nBehind it are rows {}.\n", kinds.join("; "));
    }
    text
}

/// The counts whose rows have the same key.
fn kind_of_rows(rows: &[Rows]) -> String {
    let counts: Vec<String> = rows.iter().map(|rows| format!("`{}`", rows.count)).collect();
    let key = rows.first().map_or("", |rows| rows.key);
    format!("by `{key}`, for {}", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_the_metrics_is_true() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/METRICS.md");
        if std::env::var_os("SUNLAKE_BLESS").is_some() {
            std::fs::write(&file, document()).unwrap();
        }
        let held = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(held == document(), "docs/METRICS.md is old: run this test with SUNLAKE_BLESS=1");
    }

    #[test]
    fn no_text_of_a_header_breaks_its_table() {
        for metric in &METRICS {
            let columns = &metric.header().columns;
            assert!(columns.iter().all(|column| !column.meaning.contains('|')), "{}", metric.id);
        }
    }
}
