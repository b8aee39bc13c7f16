//! Contracts: what each table holds. One table is one file in this folder, and [`ALL`] is the
//! only list. Adding a table: one file, one line here, one line in `docs/TABLES.md` (printed).

use std::sync::Arc;

use arrow::datatypes::{DataType, Field as ArrowField, Fields, Schema, SchemaRef, TimeUnit};

mod calendar_day;
mod card;
mod case_state;
mod ingest_batch;
mod lake_meta;
mod office_hours;
mod organization;
mod quarantine;
mod region;
mod service_item;
mod sla_policy;
mod village_day;
mod workflow_case;
mod workflow_event;

pub use calendar_day::CALENDAR_DAY;
pub use card::CARD;
pub use case_state::CASE_STATE;
pub use ingest_batch::INGEST_BATCH;
pub use lake_meta::LAKE_META;
pub use office_hours::OFFICE_HOURS;
pub use organization::ORGANIZATION;
pub use quarantine::QUARANTINE;
pub use region::REGION;
pub use service_item::SERVICE_ITEM;
pub use sla_policy::SLA_POLICY;
pub use village_day::VILLAGE_DAY;
pub use workflow_case::WORKFLOW_CASE;
pub use workflow_event::WORKFLOW_EVENT;

/// Every table of the lake.
pub static ALL: [&Contract; 14] = [
    &WORKFLOW_CASE,
    &WORKFLOW_EVENT,
    &QUARANTINE,
    &INGEST_BATCH,
    &REGION,
    &ORGANIZATION,
    &SERVICE_ITEM,
    &CALENDAR_DAY,
    &OFFICE_HOURS,
    &SLA_POLICY,
    &CASE_STATE,
    &CARD,
    &VILLAGE_DAY,
    &LAKE_META,
];

/// The contract of `table`, if there is such a table.
pub fn find(table: &str) -> Option<&'static Contract> {
    ALL.iter().find(|contract| contract.table == table).copied()
}

/// All contracts as a document: `docs/TABLES.md`, which a test compares.
pub fn document() -> String {
    let mut text =
        String::from("# Tables\n\nPrinted from the contracts in `datasets/src/contract`; a test compares this file.\n");
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
        text += "\n\n| field | type | may be unknown | meaning |\n|---|---|---|---|\n";
        for field in contract.fields {
            let unknown = if field.nullable { "yes" } else { "" };
            text += &format!("| `{}` | {:?} | {unknown} | {} |\n", field.name, field.kind, field.doc);
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
    /// Fields with a Bloom filter, for look-ups by value.
    pub bloom: &'static [&'static str],
    /// Who writes the table.
    pub role: Role,
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

/// One field of a table.
#[derive(Debug)]
pub struct Field {
    /// Name, as in domain §7.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Whether a row may go without it (null = unknown, never zero).
    pub nullable: bool,
    /// Unit, allowed values and source standard.
    pub doc: &'static str,
}

/// Types of values that a field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; codes are text.
    Text,
    /// Whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Civil date in the lake's zone.
    Date,
    /// Instant, microseconds, stored in UTC.
    Instant,
    /// Sixteen or thirty-two bytes.
    Bytes,
    /// Several texts.
    TextList,
    /// Names with values: what a source says beyond the contract.
    TextMap,
    /// Steps of a case, see [`step_fields`].
    Steps,
    /// Suspensions of a case, see [`suspension_fields`].
    Suspensions,
}

/// A field that every row has.
pub(crate) const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, nullable: false, doc }
}

/// A field that may be unknown.
pub(crate) const fn may(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, nullable: true, doc }
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

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Kind {
    /// Whether a value holds further values.
    pub fn is_nested(self) -> bool {
        matches!(self, Kind::TextList | Kind::TextMap | Kind::Steps | Kind::Suspensions)
    }

    /// The Arrow type, with instants in `zone`.
    pub fn arrow(self, zone: &str) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::Int => DataType::Int64,
            Kind::Bool => DataType::Boolean,
            Kind::Date => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into())),
            Kind::Bytes => DataType::Binary,
            Kind::TextList => DataType::List(Arc::new(text_item())),
            Kind::TextMap => DataType::Map(Arc::new(map_entries()), false),
            Kind::Steps => list_of(step_fields(zone)),
            Kind::Suspensions => list_of(suspension_fields(zone)),
        }
    }
}

/// Instants and numbers of a list of records.
fn list_of(fields: Fields) -> DataType {
    DataType::List(Arc::new(ArrowField::new("element", DataType::Struct(fields), true)))
}

/// The item field of a list of texts; list fields are named `element` (Delta's convention).
pub fn text_item() -> ArrowField {
    ArrowField::new("element", DataType::Utf8, true)
}

/// The entries field of a map of texts.
pub fn map_entries() -> ArrowField {
    let entry = vec![ArrowField::new("key", DataType::Utf8, false), ArrowField::new("value", DataType::Utf8, true)];
    ArrowField::new("key_value", DataType::Struct(Fields::from(entry)), false)
}

/// Fields of one step inside `case_state.steps`.
pub fn step_fields(zone: &str) -> Fields {
    Fields::from(vec![
        ArrowField::new("step_seq", DataType::Int64, true),
        ArrowField::new("step_name", DataType::Utf8, true),
        ArrowField::new("org_code", DataType::Utf8, true),
        ArrowField::new("started_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("ended_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("limit_n", DataType::Int64, true),
        ArrowField::new("limit_unit", DataType::Utf8, true),
        ArrowField::new("due_on", DataType::Date32, true),
        ArrowField::new("due_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("used_wd", DataType::Int64, true),
    ])
}

/// Fields of one suspension inside `case_state.suspensions`; `deducted_from` and `deducted_until`
/// bound what does not count, half open.
pub fn suspension_fields(zone: &str) -> Fields {
    Fields::from(vec![
        ArrowField::new("stop_id", DataType::Utf8, false),
        ArrowField::new("kind", DataType::Utf8, true),
        ArrowField::new("started_at", Kind::Instant.arrow(zone), false),
        ArrowField::new("ended_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("cap_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("deducted_from", Kind::Instant.arrow(zone), true),
        ArrowField::new("deducted_until", Kind::Instant.arrow(zone), true),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_the_tables_is_true() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TABLES.md");
        if std::env::var_os("SUNLAKE_BLESS").is_some() {
            std::fs::write(&file, document()).expect("written");
        }
        let held = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(held == document(), "docs/TABLES.md is old: run this test with SUNLAKE_BLESS=1");
    }

    #[test]
    fn contracts_name_only_fields_that_exist() {
        for contract in ALL {
            let named = [contract.key, contract.partition, contract.sort, contract.stats, contract.bloom];
            for name in named.into_iter().flatten() {
                assert!(contract.field(name).is_some(), "{}: no field {name}", contract.table);
            }
            for (at, field) in contract.fields.iter().enumerate() {
                assert!(!field.doc.is_empty(), "{}.{} has no doc", contract.table, field.name);
                let again = contract.fields[..at].iter().any(|earlier| earlier.name == field.name);
                assert!(!again, "{}.{} is listed twice", contract.table, field.name);
            }
        }
    }
}
