use analytics::ColumnDoc;
use arrow::datatypes::DataType;
use bytes::Bytes;

use super::*;

fn tables() -> Vec<TableDoc> {
    let column =
        |name: &str, data_type| ColumnDoc { name: name.to_owned(), data_type, nullable: true, about: String::new() };
    let table = |name: &str, columns| TableDoc {
        schema: "public".to_owned(),
        name: name.to_owned(),
        is_view: true,
        about: String::new(),
        columns,
    };
    vec![
        table("a", vec![column("due_on", DataType::Date32), column("mixed", DataType::Int64)]),
        table("b", vec![column("due_on", DataType::Date32), column("mixed", DataType::Utf8)]),
    ]
}

#[test]
fn types_are_told_by_what_stands_around() {
    let told = |sql: &str, declared: &[u32]| parameters(sql, declared, &tables()).expect(sql);
    assert_eq!(told("select $1::date, cast($2 as int), $3", &[]), [1082, 23, 25]);
    assert_eq!(told("select 1 where a.due_on >= $1 and $2 < b.due_on limit $3", &[]), [1082, 1082, 20]);
    assert_eq!(told("select 1 where due_on not in ($1, $2)", &[]), [1082, 1082]);
    assert_eq!(told("select 1 where due_on between $1 and $2 or mixed = $3", &[]), [1082, 1082, 25]);
    assert_eq!(told("select 1 where due_on = $1", &[25]), [25]);
    assert_eq!(told("select '$1'", &[]), Vec::<u32>::new());
    assert!(parameters("select $0", &[], &[]).is_err());
    assert!(parameters("select $99999999999", &[], &[]).is_err());
}

#[test]
fn a_value_cannot_leave_its_literal() {
    let value = |text: &str| vec![Some(Bytes::copy_from_slice(text.as_bytes()))];
    let told = bound("select $1 -- $1", &[25], &value("x'; drop table card; --"), &[]).expect("bound");
    assert_eq!(told, "select  'x''; drop table card; --'  -- $1");
    assert!(bound("select $1", &[25], &value("a\0b"), &[]).is_err());
    assert!(bound("select $1", &[23], &value("1 or 1=1"), &[]).is_err());
    assert!(bound("select $1", &[701], &value("1); select 2"), &[]).is_err());
    assert!(bound("select $1", &[25], &[], &[]).is_err());
    assert!(bound("select $2", &[25, 25], &[None, None], &[0, 7]).is_ok());
    assert!(bound("select $1", &[25], &value("a"), &[7]).is_err());
}

#[test]
fn binary_values_are_what_their_texts_are() {
    let told = |oid: u32, bytes: &[u8]| {
        bound("$1", &[oid], &[Some(Bytes::copy_from_slice(bytes))], &[1]).map(|literal| literal.trim().to_owned())
    };
    assert_eq!(told(20, &7_i64.to_be_bytes()).expect("int8"), "cast(7 as bigint)");
    assert_eq!(told(1082, &9617_i32.to_be_bytes()).expect("date"), "cast('2026-05-01' as date)");
    assert_eq!(told(16, &[1]).expect("bool"), "true");
    let numeric: Vec<u8> = [3_u16, 1, 0x4000, 2, 1, 2345, 6700].iter().flat_map(|word| word.to_be_bytes()).collect();
    assert_eq!(told(1700, &numeric).expect("numeric"), "cast('-12345.67' as decimal(38, 10))");
    for (oid, bytes) in
        [(20, &[1_u8; 3][..]), (1082, &[0x7f; 4][..]), (1700, &[1; 9][..]), (16, &[][..]), (25, &[0xff][..])]
    {
        assert!(told(oid, bytes).is_err(), "{oid}");
    }
}
