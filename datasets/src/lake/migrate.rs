//! What a lake lacks that newer contracts have: tables, fields that may be unknown, and the shipped
//! parameters of metrics. A lake of an older format from [`OLDEST_FORMAT`] on gets them and this program's
//! format, one of today's what has come since; a still older one is refused when it is opened: its rows lack what
//! only the original files can tell.

use delta_kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::DeltaTable;
use deltalake::kernel::StructType;
use deltalake::kernel::transaction::CommitProperties;
use serde::Serialize;

use super::table::Table;
use super::{FORMAT_VERSION, Lake, LakeError, LakeMeta, LakeUrl, OLDEST_FORMAT, seed};
use crate::contract::{self, LAKE_META, METRIC_PARAMETER};

/// What a migration does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// Format of the lake before and after.
    pub from_format: u32,
    pub to_format: u32,
    pub added: Vec<Lack>,
    /// Keys of shipped parameters that its table of them does not have.
    pub parameters: Vec<String>,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lack {
    pub table: &'static str,
    /// The fields; nothing if the whole table is missing.
    pub fields: Option<Vec<&'static str>>,
    /// Fields that every row has had, and that may be unknown from now on.
    pub eased: Vec<&'static str>,
}

impl Lake {
    /// Opens the lake at `url` for [`Lake::migrate`], also if its format is an older one.
    pub async fn open_older(url: &LakeUrl) -> Result<Self, LakeError> {
        super::restore::refuse_unfinished(url)?;
        if let Some(folder) = url.folder()
            && !folder.join(LAKE_META.table).is_dir()
        {
            return Err(LakeError::NoLake(url.to_string()));
        }
        Self::open_from(url, url.open_store(), OLDEST_FORMAT).await
    }

    /// What a migration would do, without doing it.
    pub async fn plan_migration(&self) -> Result<Migration, LakeError> {
        let mut added = Vec::new();
        for contract in contract::ALL.iter() {
            let table = self.table(contract);
            let lack = if table.exists().await? {
                let (fields, eased) = (table.missing().await?, table.eased().await?);
                Lack { table: contract.table, fields: Some(fields), eased }
            } else {
                Lack { table: contract.table, fields: None, eased: Vec::new() }
            };
            if lack.fields.as_ref().is_none_or(|fields| !fields.is_empty()) || !lack.eased.is_empty() {
                added.push(lack);
            }
        }
        let parameters = match self.table(&METRIC_PARAMETER).exists().await? {
            true => seed::new_parameters(self).await?,
            false => Vec::new(),
        };
        Ok(Migration { from_format: self.meta().format_version, to_format: FORMAT_VERSION, added, parameters })
    }

    /// Adds what is missing; each table is locked meanwhile. The format comes last, so a migration
    /// that is broken off goes on when it is asked for again.
    pub async fn migrate(&self) -> Result<Migration, LakeError> {
        let plan = self.plan_migration().await?;
        for lack in &plan.added {
            let Some(contract) = contract::find(lack.table) else { continue };
            let table = self.table(contract);
            let _lock = self.lock(contract.table).await?;
            match lack.fields {
                None => table.create().await?,
                Some(_) => table.add_missing().await?,
            }
        }
        seed::land_new_parameters(self).await?;
        if plan.from_format < plan.to_format {
            seed::land_known_years(self).await?;
            let meta = LakeMeta { format_version: plan.to_format, ..self.meta().clone() };
            self.replace(&LAKE_META, &[meta.rows()?], None).await?;
        }
        Ok(plan)
    }
}

impl Table {
    /// Fields of the contract that the table's own schema does not name.
    async fn missing(&self) -> Result<Vec<&'static str>, LakeError> {
        let held = self.refresh().await?.schema();
        let fields = self.contract().fields.iter().filter(|field| held.field(field.name).is_none());
        let mut missing = Vec::new();
        for field in fields {
            if !field.nullable {
                return Err(LakeError::NeedsReload { table: self.name(), field: field.name });
            }
            missing.push(field.name);
        }
        Ok(missing)
    }

    /// Fields that may be unknown by the contract and not by the table's own schema.
    async fn eased(&self) -> Result<Vec<&'static str>, LakeError> {
        let held = self.refresh().await?.schema();
        let is_eased = |name: &str| held.field(name).is_some_and(|field| !field.is_nullable());
        let fields = self.contract().fields.iter().filter(|field| field.nullable && is_eased(field.name));
        Ok(fields.map(|field| field.name).collect())
    }

    async fn add_missing(&self) -> Result<(), LakeError> {
        let wanted = [self.missing().await?, self.eased().await?].concat();
        if wanted.is_empty() {
            return Ok(());
        }
        let schema: StructType =
            self.contract().schema().as_ref().try_into_kernel().map_err(LakeError::arrow(self.name()))?;
        let fields: Vec<_> = schema.fields().filter(|field| wanted.contains(&field.name().as_str())).cloned().collect();
        let mut table = DeltaTable::new(self.log_store.clone());
        table.load().await.map_err(LakeError::delta(self.name()))?;
        let properties = CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false));
        // A field that is there already is merged: it may be unknown if one of both may.
        let added = table.add_columns().with_fields(fields).with_commit_properties(properties).await;
        self.forget().await;
        added.map(|_| ()).map_err(LakeError::delta(self.name()))
    }
}

#[cfg(test)]
mod tests;
