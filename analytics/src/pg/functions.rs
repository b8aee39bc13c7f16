//! Functions of PostgreSQL's that its clients call beside `pg_catalog`. Nothing is changed by any of them, and most
//! tell that there is nothing.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::new_empty_array;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use super::known::{Known, type_number};
use super::types;

type Tell = fn(&Known, &[ScalarValue]) -> ScalarValue;

/// One function: its arguments are looked at row by row, since catalogs are small.
struct Told {
    name: &'static str,
    answer: DataType,
    tell: Tell,
    known: Arc<Known>,
    signature: Signature,
}

/// Plans are printed with their functions.
impl fmt::Debug for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.known, &other.known)
    }
}

impl Eq for Told {}

impl Hash for Told {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Told {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.answer.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = args.args.into_iter().map(|value| value.into_array(rows)).collect::<Result<Vec<_>>>()?;
        let mut told = Vec::with_capacity(rows);
        for row in 0..rows {
            let values = arrays.iter().map(|array| ScalarValue::try_from_array(array, row));
            told.push((self.tell)(&self.known, &values.collect::<Result<Vec<_>>>()?));
        }
        if told.is_empty() {
            return Ok(ColumnarValue::Array(new_empty_array(&self.answer)));
        }
        Ok(ColumnarValue::Array(ScalarValue::iter_to_array(told)?))
    }
}

/// All of them over what is known.
pub(super) fn functions(known: &Arc<Known>) -> Vec<ScalarUDF> {
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    let typed: [(&[&'static str], DataType, Tell); 12] = [
        (&TEXTS, DataType::Utf8, |_, _| ScalarValue::Utf8(None)),
        (&TRUE, DataType::Boolean, |_, _| ScalarValue::Boolean(Some(true))),
        (&FALSE, DataType::Boolean, |_, _| ScalarValue::Boolean(Some(false))),
        (&ZEROS, DataType::Int64, |_, _| ScalarValue::Int64(Some(0))),
        (&PRIVILEGES, DataType::Boolean, |_, args| ScalarValue::Boolean(Some(is_reading(args)))),
        (&["current_user", "session_user", "user", "current_role"], DataType::Utf8, |known, _| {
            text(Some(&known.client.user))
        }),
        (&["current_database", "current_catalog"], DataType::Utf8, |known, _| text(Some(&known.client.database))),
        (&["current_schemas"], list, schemas),
        (&["pg_backend_pid"], DataType::Int32, |known, _| ScalarValue::Int32(Some(known.client.backend))),
        (&["to_regtype"], DataType::Int32, |_, args| {
            ScalarValue::Int32(at(args, 0).and_then(|name| type_number(&name)))
        }),
        (&["to_regclass"], DataType::Int32, |known, args| {
            ScalarValue::Int32(at(args, 0).and_then(|name| known.relation(&name)))
        }),
        (&["array_upper", "array_lower"], DataType::Int32, |_, _| ScalarValue::Int32(None)),
    ];
    let typed =
        typed.into_iter().flat_map(|(names, answer, tell)| names.iter().map(move |name| (*name, answer.clone(), tell)));
    let said = SAID.iter().map(|(name, tell)| (*name, DataType::Utf8, *tell));
    typed
        .chain(said)
        .map(|(name, answer, tell)| {
            // As many arguments as there are, of whatever type.
            let none = datafusion::logical_expr::TypeSignature::Nullary;
            let any = datafusion::logical_expr::TypeSignature::VariadicAny;
            let signature = Signature::one_of(vec![any, none], Volatility::Stable);
            ScalarUDF::new_from_impl(Told { name, answer, tell, known: known.clone(), signature })
        })
        .collect()
}

/// Functions that answer a text of their own.
const SAID: [(&str, Tell); 14] = [
    ("version", |known, _| text(Some(&known.client.version))),
    ("current_schema", |_, _| text(Some("public"))),
    ("current_setting", |known, args| text(at(args, 0).and_then(|name| known.setting(&name).map(str::to_owned)))),
    ("set_config", |_, args| text(at(args, 1))),
    ("format_type", |_, args| {
        let modifier = number(args, 1).unwrap_or(-1);
        text(number(args, 0).and_then(|oid| u32::try_from(oid).ok()).map(|oid| types::formatted(oid, modifier)))
    }),
    ("pg_get_userbyid", |_, _| text(Some("sunlake"))),
    ("pg_encoding_to_char", |_, _| text(Some("UTF8"))),
    ("pg_client_encoding", |_, _| text(Some("UTF8"))),
    ("quote_ident", |_, args| text(at(args, 0).map(|name| quoted(&name)))),
    ("obj_description", |known, args| text(number(args, 0).and_then(|oid| known.about(oid, 0)))),
    ("col_description", |known, args| {
        text(number(args, 0).zip(number(args, 1)).and_then(|(oid, column)| known.about(oid, column)))
    }),
    ("regclass_name", |known, args| text(number(args, 0).map(|oid| known.relation_name(oid)))),
    ("regtype_name", |_, args| {
        text(number(args, 0).and_then(|oid| u32::try_from(oid).ok()).map(|oid| types::formatted(oid, -1)))
    }),
    ("regnamespace_name", |known, args| {
        let held = number(args, 0).and_then(|oid| known.namespaces.iter().find(|(held, _)| *held == oid));
        text(held.map(|(_, name)| name.as_str()))
    }),
];

/// Those that answer no text: there is nothing to tell.
const TEXTS: [&str; 21] = [
    "pg_get_expr",
    "pg_get_constraintdef",
    "pg_get_indexdef",
    "pg_get_viewdef",
    "pg_get_partkeydef",
    "pg_get_ruledef",
    "pg_get_triggerdef",
    "pg_get_functiondef",
    "pg_get_function_result",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_serial_sequence",
    "pg_get_statisticsobjdef_columns",
    "pg_partition_ancestors",
    "pg_tablespace_location",
    "shobj_description",
    "inet_server_addr",
    "inet_client_addr",
    "pg_advisory_unlock_all",
    "regproc_name",
    "regrole_name",
];

const TRUE: [&str; 5] =
    ["pg_table_is_visible", "pg_type_is_visible", "pg_function_is_visible", "pg_opclass_is_visible", "pg_has_role"];

const FALSE: [&str; 4] =
    ["pg_is_in_recovery", "pg_is_other_temp_schema", "pg_relation_is_publishable", "pg_is_wal_replay_paused"];

const ZEROS: [&str; 9] = [
    "pg_relation_size",
    "pg_table_size",
    "pg_indexes_size",
    "pg_total_relation_size",
    "pg_database_size",
    "pg_stat_get_numscans",
    "pg_my_temp_schema",
    "txid_current",
    "inet_server_port",
];

const PRIVILEGES: [&str; 6] = [
    "has_table_privilege",
    "has_schema_privilege",
    "has_database_privilege",
    "has_column_privilege",
    "has_any_column_privilege",
    "has_function_privilege",
];

fn text<T: AsRef<str>>(value: Option<T>) -> ScalarValue {
    ScalarValue::Utf8(value.map(|value| value.as_ref().to_owned()))
}

/// The text of an argument.
fn at(args: &[ScalarValue], place: usize) -> Option<String> {
    args.get(place).and_then(|value| value.try_as_str().flatten()).map(str::to_owned)
}

/// The number of an argument, which may be given as a text.
fn number(args: &[ScalarValue], place: usize) -> Option<i32> {
    match args.get(place)? {
        ScalarValue::Int16(value) => value.map(i32::from),
        ScalarValue::Int32(value) => *value,
        ScalarValue::Int64(value) => value.and_then(|value| i32::try_from(value).ok()),
        other => other.try_as_str().flatten().and_then(|text| text.parse().ok()),
    }
}

/// Whether a privilege that is asked for lets read: there is no other.
fn is_reading(args: &[ScalarValue]) -> bool {
    let asked = at(args, args.len().saturating_sub(1)).unwrap_or_default().to_ascii_lowercase();
    asked.split(',').any(|one| ["select", "usage", "connect"].iter().any(|right| one.trim().starts_with(right)))
}

fn schemas(_: &Known, args: &[ScalarValue]) -> ScalarValue {
    let with_system = matches!(args.first(), Some(ScalarValue::Boolean(Some(true))));
    let names = ["pg_catalog", "public"].into_iter().filter(|name| with_system || *name == "public");
    let names: Vec<ScalarValue> = names.map(|name| text(Some(name))).collect();
    ScalarValue::List(ScalarValue::new_list_nullable(&names, &DataType::Utf8))
}

/// A name as SQL has to write it.
fn quoted(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let is_plain = name.chars().all(plain) && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if is_plain && !name.is_empty() { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
