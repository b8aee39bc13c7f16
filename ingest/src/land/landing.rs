//! One table's part of a batch: facts are added, reference rows become versions.

use arrow::array::RecordBatch;
use datasets::contract::{Contract, Role};
use datasets::lake::{Lake, Once};

use super::IngestOptions;
use super::extract::Extract;
use super::reference::ReferenceLanding;
use super::table::FactLanding;
use crate::IngestError;
use crate::receipt::TableCount;
use crate::rows::Made;

/// One table's part of a batch.
pub(super) struct Landing {
    way: Way,
}

enum Way {
    Fact(Box<FactLanding>),
    Reference(ReferenceLanding),
}

impl Landing {
    pub(super) async fn begin(
        lake: Option<&Lake>,
        contract: &'static Contract,
        once: &Once,
        options: &IngestOptions,
    ) -> Result<Self, IngestError> {
        let IngestOptions { dry_run, now, .. } = *options;
        let way = match contract.role {
            Role::Reference => Way::Reference(ReferenceLanding::begin(lake, contract, once, dry_run, now)?),
            _ => Way::Fact(Box::new(FactLanding::begin(lake, contract, once, dry_run).await?)),
        };
        Ok(Self { way })
    }

    /// Takes rows in the contract's schema.
    pub(super) async fn take(
        &mut self,
        rows: RecordBatch,
        extract: Option<&mut Extract<'_>>,
    ) -> Result<(), IngestError> {
        match &mut self.way {
            Way::Fact(landing) => landing.take(rows, extract).await,
            Way::Reference(landing) => {
                landing.take(rows);
                Ok(())
            }
        }
    }

    /// What becomes of the rows that were made, before any of it is committed. An error if one of
    /// them went astray between its making and here.
    pub(super) async fn account(&self, made: &Made, batch_id: &str, file: &str) -> Result<TableCount, IngestError> {
        let count = match &self.way {
            Way::Fact(landing) => landing.account(made, batch_id).await?,
            Way::Reference(landing) => landing.account(made).await?,
        };
        count.check(file)?;
        Ok(count)
    }

    /// Commits what was taken, if the batch has not done so before.
    pub(super) async fn commit(self) -> Result<(), IngestError> {
        match self.way {
            Way::Fact(landing) => landing.commit().await,
            Way::Reference(landing) => landing.commit().await,
        }
    }

    /// Removes what was written.
    pub(super) async fn discard(self) {
        if let Way::Fact(landing) = self.way {
            landing.discard().await;
        }
    }
}
