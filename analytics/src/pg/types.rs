//! Which type of PostgreSQL's a column is shown as.

use arrow::datatypes::DataType;

/// A type of PostgreSQL's, by the numbers that its clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PgType {
    /// Its number in `pg_type`.
    pub oid: u32,
    /// Its name there.
    pub name: &'static str,
    /// As SQL writes it.
    pub sql: &'static str,
    /// Bytes of a value; -1 if they vary.
    pub length: i16,
    /// Letter of its kind.
    pub category: &'static str,
    /// Number of the type of its arrays.
    pub array: u32,
}

const fn of(oid: u32, names: (&'static str, &'static str), length: i16, category: &'static str, array: u32) -> PgType {
    PgType { oid, name: names.0, sql: names.1, length, category, array }
}

pub const BOOL: PgType = of(16, ("bool", "boolean"), 1, "B", 1000);
pub const BYTEA: PgType = of(17, ("bytea", "bytea"), -1, "U", 1001);
pub const INT8: PgType = of(20, ("int8", "bigint"), 8, "N", 1016);
pub const INT2: PgType = of(21, ("int2", "smallint"), 2, "N", 1005);
pub const INT4: PgType = of(23, ("int4", "integer"), 4, "N", 1007);
pub const TEXT: PgType = of(25, ("text", "text"), -1, "S", 1009);
pub const JSON: PgType = of(114, ("json", "json"), -1, "U", 199);
pub const FLOAT4: PgType = of(700, ("float4", "real"), 4, "N", 1021);
pub const FLOAT8: PgType = of(701, ("float8", "double precision"), 8, "N", 1022);
pub const DATE: PgType = of(1082, ("date", "date"), 4, "D", 1182);
pub const TIME: PgType = of(1083, ("time", "time without time zone"), 8, "D", 1183);
pub const TIMESTAMP: PgType = of(1114, ("timestamp", "timestamp without time zone"), 8, "D", 1115);
pub const TIMESTAMPTZ: PgType = of(1184, ("timestamptz", "timestamp with time zone"), 8, "D", 1185);
pub const NUMERIC: PgType = of(1700, ("numeric", "numeric"), -1, "N", 1231);

/// All that `pg_type` tells of: what columns have, and what clients look up besides.
pub const ALL: [PgType; 22] = [
    BOOL,
    BYTEA,
    of(18, ("char", "\"char\""), 1, "Z", 1002),
    of(19, ("name", "name"), 64, "S", 1003),
    INT8,
    INT2,
    INT4,
    TEXT,
    of(26, ("oid", "oid"), 4, "N", 1028),
    JSON,
    FLOAT4,
    FLOAT8,
    of(705, ("unknown", "unknown"), -2, "X", 0),
    of(1042, ("bpchar", "character"), -1, "S", 1014),
    of(1043, ("varchar", "character varying"), -1, "S", 1015),
    DATE,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    of(1186, ("interval", "interval"), 16, "T", 1187),
    NUMERIC,
    of(2950, ("uuid", "uuid"), 16, "U", 2951),
];

/// The type with that number.
pub fn by_oid(oid: u32) -> Option<&'static PgType> {
    ALL.iter().find(|held| held.oid == oid)
}

/// The type of that name, as `pg_type` or SQL has it.
pub fn by_name(name: &str) -> Option<&'static PgType> {
    ALL.iter().find(|held| held.name.eq_ignore_ascii_case(name) || held.sql.eq_ignore_ascii_case(name))
}

/// What a column of an arrow type is shown as; nested ones are JSON.
pub fn shown(arrow: &DataType) -> PgType {
    match arrow {
        DataType::Boolean => BOOL,
        DataType::Int8 | DataType::UInt8 | DataType::Int16 => INT2,
        DataType::UInt16 | DataType::Int32 => INT4,
        DataType::UInt32 | DataType::Int64 => INT8,
        DataType::UInt64 | DataType::Decimal32(..) | DataType::Decimal64(..) => NUMERIC,
        DataType::Decimal128(..) | DataType::Decimal256(..) => NUMERIC,
        DataType::Float16 | DataType::Float32 => FLOAT4,
        DataType::Float64 => FLOAT8,
        DataType::Date32 => DATE,
        DataType::Date64 | DataType::Timestamp(_, None) => TIMESTAMP,
        DataType::Timestamp(_, Some(_)) => TIMESTAMPTZ,
        DataType::Time32(_) | DataType::Time64(_) => TIME,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => BYTEA,
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => JSON,
        DataType::ListView(_) | DataType::LargeListView(_) | DataType::Struct(_) | DataType::Map(..) => JSON,
        DataType::Dictionary(_, value) => shown(value),
        _ => TEXT,
    }
}

/// `atttypmod`: digits and scale of a numeric, -1 for what has none.
pub fn modifier(arrow: &DataType) -> i32 {
    match arrow {
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
        | DataType::Decimal256(digits, scale) => ((i32::from(*digits) << 16) | (i32::from(*scale) & 0xffff)) + 4,
        _ => -1,
    }
}

/// A type as `\d` shows it, e.g. `numeric(12,2)`.
pub fn formatted(oid: u32, modifier: i32) -> String {
    let Some(held) = by_oid(oid) else {
        let element = ALL.iter().find(|held| held.array == oid && oid != 0);
        return element.map_or_else(|| "???".to_owned(), |held| format!("{}[]", held.sql));
    };
    if held.oid == NUMERIC.oid && modifier >= 4 {
        let packed = modifier - 4;
        return format!("numeric({},{})", (packed >> 16) & 0xffff, packed & 0xffff);
    }
    held.sql.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_scale_come_back() {
        let amount = DataType::Decimal128(18, 2);
        assert_eq!(formatted(shown(&amount).oid, modifier(&amount)), "numeric(18,2)");
        assert_eq!(formatted(NUMERIC.oid, -1), "numeric");
        assert_eq!(formatted(1009, -1), "text[]");
        assert_eq!(by_name("timestamp with time zone"), Some(&TIMESTAMPTZ));
    }

    #[test]
    fn no_number_stands_twice() {
        let mut numbers: Vec<u32> = ALL.iter().flat_map(|held| [held.oid, held.array]).filter(|oid| *oid > 0).collect();
        let before = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), before);
    }
}
