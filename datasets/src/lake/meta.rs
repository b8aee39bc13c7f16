//! `lake_meta`: format version, least reader, zone, region.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};

use super::LakeError;
use super::snapshot::TableSnapshot;
use crate::contract::LAKE_META;

/// Format that this program writes and the only one that it reads. 2: suspensions, extensions,
/// transfers and certificates have fields of their own. 3: refusals can be resolved, and the ledger
/// has idempotency keys. 4: the ledger tells new columns; facts have the source's key, cases fees, and
/// events device, place and approver. 5: `calendar_year` tells which years are known; reference rows say
/// which batch brought them, and whether the source has taken them back, as cases and events do; metrics
/// have parameters. 6: items, policies and office hours tell for which time each row stood. 7: there are marts
/// by village, item and month, by office, item and day, and of handling times; parameters have the claims.
pub const FORMAT_VERSION: u32 = 7;

/// The oldest format that `sunlake lake migrate` brings to this one.
pub const OLDEST_FORMAT: u32 = 2;

/// Properties of a lake, fixed when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeMeta {
    /// Format of the tables.
    pub format_version: u32,
    /// IANA name of the zone in which days begin; never changes.
    pub time_zone: String,
    /// Calendar region, `GX` or `CN`.
    pub region: String,
    /// Parameters of the generator, as JSON, if the lake was made as a demonstration.
    pub sample: Option<String>,
}

impl Default for LakeMeta {
    fn default() -> Self {
        Self { format_version: FORMAT_VERSION, time_zone: "Asia/Shanghai".into(), region: "GX".into(), sample: None }
    }
}

impl LakeMeta {
    pub(super) fn rows(&self) -> Result<RecordBatch, LakeError> {
        let format = self.format_version.to_string();
        let mut pairs = vec![
            ("format_version", format.as_str()),
            ("least_reader", format.as_str()),
            ("region", self.region.as_str()),
            ("time_zone", self.time_zone.as_str()),
        ];
        if let Some(sample) = &self.sample {
            pairs.push(("sample", sample));
        }
        let (keys, values): (Vec<&str>, Vec<&str>) = pairs.into_iter().unzip();
        let columns: Vec<arrow::array::ArrayRef> =
            vec![Arc::new(StringArray::from(keys)), Arc::new(StringArray::from(values))];
        RecordBatch::try_new(LAKE_META.schema(), columns).map_err(LakeError::arrow(LAKE_META.table))
    }

    /// Reads them; a lake of a format older than `oldest` is refused.
    pub(super) async fn read(url: &str, table: &TableSnapshot, oldest: u32) -> Result<Self, LakeError> {
        let mut pairs = HashMap::new();
        for batch in table.read(&["key", "value"]).await? {
            let (keys, values) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
            for (key, value) in keys.iter().zip(values) {
                if let (Some(key), Some(value)) = (key, value) {
                    pairs.insert(key.to_owned(), value.to_owned());
                }
            }
        }
        let missing = |key| LakeError::Meta { url: url.to_owned(), key };
        let number = |key: &'static str| -> Result<u32, LakeError> {
            pairs.get(key).and_then(|text| text.parse().ok()).ok_or_else(|| missing(key))
        };
        let least = number("least_reader")?;
        if least > FORMAT_VERSION {
            return Err(LakeError::TooNew { url: url.to_owned(), found: least, known: FORMAT_VERSION });
        }
        let format_version = number("format_version")?;
        if format_version < oldest {
            if format_version >= OLDEST_FORMAT {
                return Err(LakeError::Older { url: url.to_owned(), found: format_version, known: FORMAT_VERSION });
            }
            return Err(LakeError::TooOld { url: url.to_owned(), found: format_version, known: FORMAT_VERSION });
        }
        Ok(Self {
            format_version,
            time_zone: pairs.get("time_zone").cloned().ok_or_else(|| missing("time_zone"))?,
            region: pairs.get("region").cloned().ok_or_else(|| missing("region"))?,
            sample: pairs.get("sample").cloned(),
        })
    }
}
