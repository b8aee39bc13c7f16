//! Which parts of a file may hold wanted texts, by what the file tells of them.

use std::collections::HashSet;
use std::ops::Range;

use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;

use super::read::Builder;

/// So many values at most are asked of Bloom filters; more are likely to be in any group.
const FEW: usize = 256;

/// Row groups that may hold one of the values, the first and last of which are given: by statistics,
/// and then by Bloom filter.
pub(super) async fn row_groups(
    builder: &mut Builder,
    key: &str,
    values: &HashSet<String>,
    span: (&str, &str),
) -> Vec<usize> {
    let metadata = builder.metadata().clone();
    let Some(column) = column(&metadata, key) else { return (0..metadata.num_row_groups()).collect() };
    let mut kept = Vec::new();
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let (min, max) = match group.column(column).statistics() {
            Some(Statistics::ByteArray(stats)) => (stats.min_bytes_opt(), stats.max_bytes_opt()),
            _ => (None, None),
        };
        if !overlaps(min, max, span) {
            continue;
        }
        let is_inside = |value: &&String| overlaps(min, max, (value, value));
        let hit = match values.len() {
            0..=FEW => {
                let inside: Vec<&String> = values.iter().filter(is_inside).collect();
                let filter = builder.get_row_group_column_bloom_filter(at, column).await.ok().flatten();
                let may_hold = |value: &&String| filter.as_ref().is_none_or(|filter| filter.check(&value.as_str()));
                inside.iter().any(may_hold)
            }
            _ => values.iter().any(|value| is_inside(&value)),
        };
        if hit {
            kept.push(at);
        }
    }
    kept
}

/// The rows of those groups whose pages may hold a text of the span; none if the file tells nothing
/// of its pages.
pub(super) fn pages(
    metadata: &ParquetMetaData,
    groups: &[usize],
    key: &str,
    span: (&str, &str),
) -> Option<RowSelection> {
    let column = column(metadata, key)?;
    let (indexes, offsets) = (metadata.column_index()?, metadata.offset_index()?);
    let mut wanted: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    for group in groups {
        let rows = usize::try_from(metadata.row_groups().get(*group)?.num_rows()).ok()?;
        let ColumnIndexMetaData::BYTE_ARRAY(index) = indexes.get(*group)?.get(column)? else { return None };
        let pages = offsets.get(*group)?.get(column)?.page_locations();
        for (at, page) in pages.iter().enumerate() {
            let first = usize::try_from(page.first_row_index).ok()?;
            let next = pages.get(at + 1).map_or(Ok(rows), |next| usize::try_from(next.first_row_index)).ok()?;
            if overlaps(index.min_value(at), index.max_value(at), span) {
                wanted.push(begin + first..begin + next);
            }
        }
        begin += rows;
    }
    Some(RowSelection::from_consecutive_ranges(wanted.into_iter(), begin))
}

fn column(metadata: &ParquetMetaData, key: &str) -> Option<usize> {
    metadata.file_metadata().schema_descr().columns().iter().position(|column| column.path().string() == key)
}

/// What lies between `min` and `max` may lie in the span. A maximum may have been cut off.
fn overlaps(min: Option<&[u8]>, max: Option<&[u8]>, (low, high): (&str, &str)) -> bool {
    let (low, high) = (low.as_bytes(), high.as_bytes());
    min.is_none_or(|min| high >= min) && max.is_none_or(|max| low <= max || low.starts_with(max))
}
