//! Where the rules are read from: the lake's reference tables, one of them perhaps as it would be.

use arrow::array::RecordBatch;
use datasets::contract::Contract;
use datasets::lake::LakeSnapshot;

use crate::AnalyticsError;

/// Reference tables of a pinned version of the lake.
pub(crate) struct RuleTables<'a> {
    pub(crate) snapshot: &'a LakeSnapshot,
    /// A table with all its rows, instead of those of the lake.
    pub(crate) instead: Option<(&'static Contract, RecordBatch)>,
}

impl RuleTables<'_> {
    pub(super) async fn read(
        &self,
        contract: &'static Contract,
        fields: &[&str],
    ) -> Result<Vec<RecordBatch>, AnalyticsError> {
        match &self.instead {
            Some((instead, rows)) if instead.table == contract.table => {
                let places = fields.iter().filter_map(|name| rows.schema().index_of(name).ok());
                let rows =
                    rows.project(&places.collect::<Vec<_>>()).map_err(AnalyticsError::arrow("reference rows"))?;
                Ok(vec![rows])
            }
            _ => Ok(self.snapshot.table(contract).read(fields).await?),
        }
    }
}
