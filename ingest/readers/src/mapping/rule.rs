//! How one field gets its value.

use std::collections::{BTreeMap, HashMap};

use contract::{Field, Kind};
use jiff::tz::TimeZone;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::decimal::Exact;

/// A rule as it stands in the file: a column's name, or a table.
#[derive(Debug, Clone)]
pub enum FieldRule {
    /// `case_no = "办件编号"`
    Column(String),
    /// `occurred_at = { column = "...", time = ["..."] }`
    Table(Box<RuleTable>),
}

impl<'de> Deserialize<'de> for FieldRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleVisitor)
    }
}

/// By hand, so that a wrong key is named (an untagged enum would only say that nothing fits).
struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = FieldRule;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column's name, or a table such as { column = \"…\" }")
    }

    fn visit_str<E: serde::de::Error>(self, column: &str) -> Result<FieldRule, E> {
        Ok(FieldRule::Column(column.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldRule, A::Error> {
        RuleTable::deserialize(MapAccessDeserializer::new(map)).map(|table| FieldRule::Table(Box::new(table)))
    }
}

/// The long form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// Column or attribute.
    column: Option<String>,
    /// Several, of which the first with a value counts.
    #[serde(default)]
    columns: Vec<String>,
    /// A constant instead of a column.
    value: Option<String>,
    /// What codes mean; a value that is not listed is refused, or takes `default`.
    map: Option<BTreeMap<String, String>>,
    /// Words and what a value means in which one stands; the first in the order written counts. A value with
    /// none of them is unknown, or takes `default`.
    contains: Option<Vec<(String, String)>>,
    /// Value where the column has none, or where `map` does not list it.
    default: Option<String>,
    /// Texts that mean unknown.
    #[serde(default)]
    null: Vec<String>,
    /// Put in front of the value.
    prefix: Option<String>,
    /// Formats of times and dates, tried in turn; `iso` is the default.
    #[serde(default)]
    time: Vec<String>,
    /// Zone of times without an offset, if it is not the source's.
    time_zone: Option<String>,
    /// A date alone means the end of its day (for due times) rather than its begin.
    #[serde(default)]
    end_of_day: bool,
    /// Replace the value by its HMAC: personal identifiers never enter the lake.
    #[serde(default)]
    person: bool,
    /// With `person`: the identifier must be an ID card number whose check digit fits.
    #[serde(default)]
    id_card: bool,
    /// Multiply by this decimal, exactly: another unit.
    scale: Option<String>,
    /// Multiply by what the unit of the record says.
    scale_by: Option<ScaleByTable>,
    /// The column may be missing from the file.
    #[serde(default)]
    optional: bool,
}

/// A factor that depends on another column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleByTable {
    /// Column of the unit.
    column: String,
    /// Factor by unit; an empty one: the unit does not convert, the value is unknown.
    map: BTreeMap<String, String>,
}

/// A factor for each unit.
#[derive(Debug, Clone)]
pub struct ScaleBy {
    /// Column of the unit.
    pub column: String,
    /// Factor by unit; none: the unit does not convert.
    pub factors: HashMap<String, Option<Exact>>,
}

/// A rule ready for use.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Columns, of which the first with a value counts.
    pub columns: Vec<String>,
    /// A value instead of a column's.
    pub constant: Option<String>,
    /// What codes mean.
    pub map: Option<HashMap<String, String>>,
    /// Words, and what a value means in which one stands: the first that does counts.
    pub contains: Option<Vec<(String, String)>>,
    /// Value where there is none, or where `map` does not list it or it has no word of `contains`.
    pub default: Option<String>,
    /// Texts that mean unknown.
    pub null: Vec<String>,
    /// Put in front of the value.
    pub prefix: Option<String>,
    /// Formats of times and dates, tried in turn.
    pub formats: Vec<String>,
    /// Zone of times without an offset.
    pub zone: TimeZone,
    /// A date alone means the end of its day.
    pub end_of_day: bool,
    /// The value is replaced by its HMAC.
    pub person: bool,
    /// It must be the number of an ID card.
    pub id_card: bool,
    /// Factor of the value.
    pub scale: Option<Exact>,
    /// Factor by the unit of the record.
    pub scale_by: Option<ScaleBy>,
    /// The columns may be missing from the file.
    pub optional: bool,
}

impl Rule {
    /// Whether it reads this column, as a value or as a unit.
    pub(super) fn names(&self, column: &str) -> bool {
        let is_unit = self.scale_by.as_ref().is_some_and(|by| by.column == column);
        is_unit || self.columns.iter().any(|known| known == column)
    }
}

impl FieldRule {
    fn table(&self) -> RuleTable {
        match self {
            Self::Column(column) => RuleTable { column: Some(column.clone()), ..Default::default() },
            Self::Table(table) => table.as_ref().clone(),
        }
    }

    pub(super) fn check(&self, field: &str) -> Result<(), String> {
        let table = self.table();
        let sources = usize::from(table.column.is_some()) + usize::from(!table.columns.is_empty());
        if sources + usize::from(table.value.is_some()) != 1 {
            return Err(format!("field {field}: give exactly one of column, columns and value"));
        }
        let has_meanings = table.map.is_some() || table.contains.is_some();
        let is_told = table.value.is_some() || table.default.is_some() || has_meanings;
        if field.ends_with("_hash") && is_told {
            return Err(format!(
                "field {field}: a person's identifier comes from a column; leave out value, default, map and contains"
            ));
        }
        if field.ends_with("_hash") != table.person {
            return Err(format!("field {field}: `person = true` belongs to fields that end in _hash, and only there"));
        }
        if table.map.is_some() && table.contains.is_some() {
            return Err(format!("field {field}: give map or contains, not both"));
        }
        if let Some(words) = &table.contains {
            check_words(field, words)?;
        }
        if table.id_card && !table.person {
            return Err(format!("field {field}: `id_card = true` goes with `person = true`"));
        }
        Ok(())
    }

    pub(super) fn resolve(&self, field: &Field, source_zone: &TimeZone) -> Result<Rule, String> {
        let table = self.table();
        let temporal = matches!(field.kind, Kind::Instant | Kind::Date);
        if !temporal && (!table.time.is_empty() || table.time_zone.is_some() || table.end_of_day) {
            return Err(format!("field {}: time, time_zone and end_of_day are for times and dates", field.name));
        }
        let scaled = table.scale.is_some() || table.scale_by.is_some();
        if scaled && !matches!(field.kind, Kind::Decimal | Kind::Rate) {
            return Err(format!("field {}: scale and scale_by are for amounts with decimals", field.name));
        }
        if table.scale.is_some() && table.scale_by.is_some() {
            return Err(format!("field {}: give scale or scale_by, not both", field.name));
        }
        let zone = match &table.time_zone {
            None => source_zone.clone(),
            Some(name) => {
                TimeZone::get(name).map_err(|_| format!("field {}: there is no zone {name:?}", field.name))?
            }
        };
        let scale = table.scale.as_deref().map(|text| factor(field, text)).transpose()?;
        let scale_by = table.scale_by.map(|by| resolve_units(field, by)).transpose()?;
        let mut columns = table.columns;
        columns.extend(table.column);
        if let Some(format) = table.time.iter().find(|format| !is_format(format)) {
            let name = field.name;
            return Err(format!(
                "field {name}: {format:?} is no format of times; see strftime, or use iso, excel, unix, unix_ms, period"
            ));
        }
        let formats = if table.time.is_empty() { vec!["iso".to_owned()] } else { table.time };
        Ok(Rule {
            columns,
            constant: table.value,
            map: table.map.map(|map| map.into_iter().collect()),
            contains: table.contains,
            default: table.default,
            null: table.null,
            prefix: table.prefix,
            formats,
            zone,
            end_of_day: table.end_of_day,
            person: table.person,
            id_card: table.id_card,
            scale,
            scale_by,
            optional: table.optional,
        })
    }
}

/// A word after one that stands in it is never reached: whoever wrote it meant another order.
fn check_words(field: &str, words: &[(String, String)]) -> Result<(), String> {
    if words.is_empty() {
        return Err(format!("field {field}: contains lists no word; add one, or leave it out"));
    }
    for (at, (word, _)) in words.iter().enumerate() {
        if word.is_empty() {
            return Err(format!("field {field}: an empty text in contains stands in every value; use default"));
        }
        if let Some((first, _)) = words.iter().take(at).find(|(first, _)| word.contains(first.as_str())) {
            return Err(format!(
                "field {field}: {word:?} in contains is never reached, since {first:?} stands in it; put it before that"
            ));
        }
    }
    Ok(())
}

fn factor(field: &Field, text: &str) -> Result<Exact, String> {
    Exact::read(text).ok_or_else(|| format!("field {}: the factor {text:?} is no number such as \"0.5\"", field.name))
}

fn resolve_units(field: &Field, by: ScaleByTable) -> Result<ScaleBy, String> {
    let factors = by.map.into_iter().map(|(unit, text)| {
        let factor = if text.is_empty() { None } else { Some(factor(field, &text)?) };
        Ok::<_, String>((unit, factor))
    });
    Ok(ScaleBy { column: by.column, factors: factors.collect::<Result<_, String>>()? })
}

fn is_format(format: &str) -> bool {
    let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let round = |text: String| jiff::fmt::strtime::parse(format, text).is_ok();
    ["iso", "excel", "unix", "unix_ms", "period"].contains(&format)
        || jiff::fmt::strtime::format(format, &sample).is_ok_and(round)
}
