//! Contracts: what each table holds. One table is one file in this folder, and [`ALL`] is the
//! only list. Adding a table: one file, one line here, one line in `docs/TABLES.md` (printed).

use std::sync::Arc;

use arrow::datatypes::{Field as ArrowField, Schema, SchemaRef};

mod agent;
mod calendar_day;
mod calendar_year;
mod card;
mod case_state;
mod deal;
mod disclosure_obligation;
mod disclosure_publication;
mod feedback_message;
mod feedback_reply;
mod flows;
mod handling_hist;
mod ingest_batch;
mod kind;
mod lake_meta;
mod listing;
mod market_price;
mod metric_parameter;
mod office_hours;
mod org_item_day;
mod organization;
mod parcel;
mod policy_item;
mod power_item;
mod quarantine;
mod rating;
mod region;
mod service_item;
mod sla_policy;
mod village_day;
mod village_item_month;
mod workflow_case;
mod workflow_event;

pub use agent::AGENT;
pub use calendar_day::CALENDAR_DAY;
pub use calendar_year::CALENDAR_YEAR;
pub use card::CARD;
pub use case_state::CASE_STATE;
pub use deal::DEAL;
pub use disclosure_obligation::DISCLOSURE_OBLIGATION;
pub use disclosure_publication::DISCLOSURE_PUBLICATION;
pub use feedback_message::FEEDBACK_MESSAGE;
pub use feedback_reply::FEEDBACK_REPLY;
pub use handling_hist::HANDLING_HIST;
pub use ingest_batch::INGEST_BATCH;
pub use kind::{DECIMAL_DIGITS, Kind, map_entries, step_fields, suspension_fields, text_item};
pub use lake_meta::LAKE_META;
pub use listing::LISTING;
pub use market_price::MARKET_PRICE;
pub use metric_parameter::METRIC_PARAMETER;
pub use office_hours::OFFICE_HOURS;
pub use org_item_day::ORG_ITEM_DAY;
pub use organization::ORGANIZATION;
pub use parcel::PARCEL;
pub use policy_item::POLICY_ITEM;
pub use power_item::POWER_ITEM;
pub use quarantine::{ERASED, QUARANTINE};
pub use rating::RATING;
pub use region::REGION;
pub use service_item::SERVICE_ITEM;
pub use sla_policy::SLA_POLICY;
pub use village_day::VILLAGE_DAY;
pub use village_item_month::VILLAGE_ITEM_MONTH;
pub use workflow_case::WORKFLOW_CASE;
pub use workflow_event::WORKFLOW_EVENT;

/// Every table of the lake.
pub static ALL: [&Contract; 31] = [
    &WORKFLOW_CASE,
    &WORKFLOW_EVENT,
    &RATING,
    &FEEDBACK_MESSAGE,
    &FEEDBACK_REPLY,
    &LISTING,
    &DEAL,
    &PARCEL,
    &MARKET_PRICE,
    &DISCLOSURE_OBLIGATION,
    &DISCLOSURE_PUBLICATION,
    &QUARANTINE,
    &INGEST_BATCH,
    &REGION,
    &ORGANIZATION,
    &AGENT,
    &SERVICE_ITEM,
    &POWER_ITEM,
    &POLICY_ITEM,
    &CALENDAR_DAY,
    &CALENDAR_YEAR,
    &OFFICE_HOURS,
    &SLA_POLICY,
    &METRIC_PARAMETER,
    &CASE_STATE,
    &CARD,
    &VILLAGE_DAY,
    &VILLAGE_ITEM_MONTH,
    &ORG_ITEM_DAY,
    &HANDLING_HIST,
    &LAKE_META,
];

/// The marts: derived tables of additive measures over cases. A row of one is a change, and its key ends with the
/// number of the run that made it; behind `part` and `fold_version` come the fields of the key, then the measures.
pub const MARTS: [&Contract; 4] = [&VILLAGE_DAY, &VILLAGE_ITEM_MONTH, &ORG_ITEM_DAY, &HANDLING_HIST];

/// The contract of `table`, if there is such a table.
pub fn find(table: &str) -> Option<&'static Contract> {
    ALL.iter().find(|contract| contract.table == table).copied()
}

/// What the columns `unit` and `from` of the document say.
const UNITS_AND_STANDARDS: &str = "
Units: WD working days, CD natural days; no.: an ordinal number or a version; the name of another field: that field \
tells the unit. From: `domain §n` are the rules of this domain; GB/T numbers and laws as named; U the national \
exchange tables (up_pro_*, up_task_*), E a provincial feed (EA_JC_STEP_*); our own: nothing outside prescribes it.
";

/// All contracts as a document: `docs/TABLES.md`, which a test compares.
pub fn document() -> String {
    let mut text =
        String::from("# Tables\n\nPrinted from the contracts in `datasets/contract/src`; a test compares this file.\n");
    text += UNITS_AND_STANDARDS;
    for contract in ALL {
        let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        text += &format!(
            "\n## {}\n\n{:?} table. One row: {}. Key: {}.",
            contract.table,
            contract.role,
            contract.grain,
            list(contract.key)
        );
        if !contract.partition.is_empty() {
            text += &format!(" Folders: {}.", list(contract.partition));
        }
        if !contract.sort.is_empty() {
            text += &format!(" Sorted by: {}.", list(contract.sort));
        }
        text += "\n\n| field | type | unit | may be unknown | meaning | from |\n|---|---|---|---|---|---|\n";
        for field in contract.fields {
            let unknown = if field.nullable { "yes" } else { "" };
            let (Field { name, kind, unit, doc, .. }, standard) = (field, contract.standard_of(field));
            text += &format!("| `{name}` | {kind:?} | {unit} | {unknown} | {doc} | {standard} |\n");
        }
    }
    text
}

/// What a table holds and how its rows rest.
#[derive(Debug)]
pub struct Contract {
    /// Name of the table and of its folder under the lake's root.
    pub table: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// Fields that name a row.
    pub key: &'static [&'static str],
    /// Fields that become folders.
    pub partition: &'static [&'static str],
    /// Order of the rows inside a file.
    pub sort: &'static [&'static str],
    /// Fields with minimum and maximum in the table's log, for pruning files.
    pub stats: &'static [&'static str],
    /// Fields with a Bloom filter, for look-ups by value; by the first of them the landing finds the
    /// rows that a fact table has.
    pub bloom: &'static [&'static str],
    /// Where its fields are from, where neither the field nor [`COMMON`] says otherwise: a section of the domain's
    /// rules, a law, a standard, or our own.
    pub standard: &'static str,
    /// Who writes the table.
    pub role: Role,
    /// Instants and dates at which what a row tells had happened. A row without `recorded_at` was
    /// known from the latest of them on (domain §4 point 14), and none may lie ahead of its landing.
    pub happened: &'static [&'static str],
    /// How a row gets its id where the source has none.
    pub made_id: MadeId,
    /// The fields, in order.
    pub fields: &'static [Field],
}

/// Who writes a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Records of the operational platforms; append-only.
    Fact,
    /// The landing's own books; append-only.
    Ledger,
    /// Versioned rows shipped with the product and editable by the city.
    Reference,
    /// Worked out from the facts; can be made again at any time.
    Derived,
}

/// How a row gets the first field of its key where the source has no id. Times of happening and
/// amounts are never part of it: a corrected row is a newer version, not a second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeId {
    /// Not at all: the source has to give it.
    Never,
    /// Of these fields, and which of the file's rows with them it is.
    EachRow(&'static [&'static str]),
    /// Of these fields, and which of the file's rows with them that differ: rows that say the same
    /// are one.
    EachContent(&'static [&'static str]),
}

/// One field of a table.
#[derive(Debug)]
pub struct Field {
    /// Name, as in domain §7.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Whether a row may go without it (null = unknown, never zero).
    pub nullable: bool,
    /// What it means, with its allowed values.
    pub doc: &'static str,
    /// What a number counts or is measured in; the name of another field: that one tells. Empty of what is no number.
    pub unit: &'static str,
    /// Where it is from, if it is not from where its table is.
    pub standard: Option<&'static str>,
    /// The values that it can have; none: whatever its kind can hold.
    pub values: &'static [&'static str],
    /// Whether it came when lakes had rows without it. Unknown, it is no part of `row_hash`, so that what
    /// had landed before, coming again, is known.
    pub later: bool,
}

/// Fields that mean the same in every table, and where they are from.
const COMMON: [(&str, &[&str]); 2] = [
    (
        "domain §7, common fields",
        &["source_system", "source_pk", "op_type", "recorded_at", "ingested_at", "batch_id", "row_hash", "is_deleted"],
    ),
    (
        "our own",
        &[
            "attributes",
            "hash_key_id",
            "unfolded",
            "biz_date",
            "biz_month",
            "part",
            "fold_version",
            "engine_version",
            "put_at",
            "replaced_at",
            "note",
        ],
    ),
];

/// A field that every row has.
pub(crate) const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, nullable: false, doc, unit: "", standard: None, values: &[], later: false }
}

/// A field that may be unknown.
pub(crate) const fn may(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, nullable: true, doc, unit: "", standard: None, values: &[], later: false }
}

/// A field that may be unknown and that lakes of an older format got by migration.
pub(crate) const fn later(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, nullable: true, doc, unit: "", standard: None, values: &[], later: true }
}

/// Common to all facts (domain §7): whose row it is in the source's own table.
pub(crate) const SOURCE_PK: Field =
    later("source_pk", Kind::Text, "primary key of the record in the source's own table, as text (domain §7)");

/// Common to all facts (domain §7): what the source did to its row.
pub(crate) const OP_TYPE: Field = later(
    "op_type",
    Kind::Text,
    "INSERT, UPDATE, DELETE: what the source did, by its own log (domain §7); of itself it takes nothing back",
)
.one_of(&["INSERT", "UPDATE", "DELETE"]);

/// Of cases and events (domain §7): a source may take its record back.
pub(crate) const IS_TAKEN_BACK: Field = later(
    "is_deleted",
    Kind::Bool,
    "the source has taken the record back; it stays here, views leave it out, and the clock from when that is known",
);

/// Common to the reference tables that batches bring rows of.
pub(crate) const BATCH_ID: Field = later(
    "batch_id",
    Kind::Text,
    "ingest_batch.batch_id of the batch that brought the row; null: shipped, put by hand, or landed before lake format 5",
);

/// Common to the reference tables in versions that a source can take records of back (domain §7).
pub(crate) const IS_DELETED: Field = later(
    "is_deleted",
    Kind::Bool,
    "the source has taken the record back from valid_from on; views of that day and later leave it out",
);

/// The same of tables without versions: the row of the record itself says so.
pub(crate) const IS_DELETED_ROW: Field = later(
    "is_deleted",
    Kind::Bool,
    "the source has taken the record back from valid_to on; views of that day and later leave it out",
);

/// Of tables whose rows judge cases: since when a row stands. [`Contract::remembers`] tells which they are.
pub const PUT_AT: Field = later(
    "put_at",
    Kind::Instant,
    "when the lake was told of the row; null: it came with the lake, or before the lake remembered (format 6)",
);

/// Of the same tables: until when a row stood.
pub const REPLACED_AT: Field = later("replaced_at", Kind::Instant, "when another row took its place; null: it stands");

/// Units of limits and lengths (domain §4 point 3).
pub(crate) const UNITS: &[&str] = &["WD", "CD", "HOUR", "MIN", "MONTH"];

/// Kinds of suspension (domain §4 point 4).
pub const STOP_KINDS: &[&str] = &[
    "CORRECTION",
    "HEARING",
    "SITE_SURVEY",
    "EXPERT_REVIEW",
    "INSPECTION_TEST",
    "APPRAISAL",
    "TENDER_AUCTION",
    "PUBLIC_NOTICE",
    "UPSTREAM_REVIEW",
    "OTHER_STATUTORY",
];

impl Field {
    /// The same field with a closed list of values.
    pub(crate) const fn one_of(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }

    /// The same number in a unit.
    pub(crate) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// The same field from elsewhere than its table.
    pub(crate) const fn by(self, standard: &'static str) -> Self {
        Self { standard: Some(standard), ..self }
    }

    /// Whether it is a number, which has a unit.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Int | Kind::Decimal | Kind::Rate)
    }
}

impl Contract {
    /// Arrow schema of the rows as they rest: instants in UTC.
    pub fn schema(&self) -> SchemaRef {
        self.schema_in("UTC")
    }

    /// Arrow schema with instants shown in `zone` (an IANA name).
    pub fn schema_in(&self, zone: &str) -> SchemaRef {
        let fields: Vec<ArrowField> = self
            .fields
            .iter()
            .map(|field| ArrowField::new(field.name, field.kind.arrow(zone), field.nullable))
            .collect();
        Arc::new(Schema::new(fields))
    }

    /// Where a field is from.
    pub fn standard_of(&self, field: &Field) -> &'static str {
        let common = COMMON.iter().find(|(_, names)| names.contains(&field.name)).map(|(standard, _)| *standard);
        field.standard.or(common).unwrap_or(self.standard)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether a row that another takes the place of stays, with the time for which it stood: its key names
    /// one row among those that stand.
    pub fn remembers(&self) -> bool {
        self.field(REPLACED_AT.name).is_some()
    }
}

#[cfg(test)]
mod tests;
