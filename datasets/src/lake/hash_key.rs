//! Under which secret the identifiers of people are hashed: under another one, a row that is known
//! would land again, and nobody could tell that two rows are about one person.

use arrow::array::AsArray;
use futures::TryStreamExt;

use super::read::BATCH_ROWS;
use super::{Lake, LakeError};
use crate::contract;

/// The field that names the secret, in each table with hashes of people.
const FIELD: &str = "hash_key_id";

impl Lake {
    /// The name of a secret that rows are hashed under, if some are and none under that of the name
    /// `id`. Reads no further than to the first of its own rows.
    pub async fn hashed_under_another(&self, id: Option<&str>) -> Result<Option<String>, LakeError> {
        let mut another = None;
        for contract in contract::ALL.iter().filter(|contract| contract.field(FIELD).is_some()) {
            let table = self.table(contract).snapshot().await?;
            for file in table.files.iter() {
                let mut batches = table.stream(file, &[FIELD], BATCH_ROWS).await?;
                while let Some(rows) = batches.try_next().await? {
                    for held in rows.column(0).as_string::<i32>().iter().flatten() {
                        if id == Some(held) {
                            return Ok(None);
                        }
                        if another.is_none() {
                            another = Some(held.to_owned());
                        }
                    }
                    if another.is_some() && id.is_none() {
                        return Ok(another);
                    }
                }
            }
        }
        Ok(another)
    }
}
