use arrow::array::{BinaryArray, Decimal128Array, Float64Array, ListArray, TimestampMicrosecondArray};
use arrow::datatypes::Int32Type;

use super::*;

fn written(write: &Writing<'_>, row: usize) -> Vec<u8> {
    let mut out = BytesMut::new();
    write(row, &mut out);
    out.to_vec()
}

fn told(array: ArrayRef) -> String {
    let zone = TimeZone::get("Asia/Shanghai").expect("zone");
    let array = plain(&array, array.data_type()).expect("plain");
    String::from_utf8(written(&text(&array, &zone), 0)).expect("text")
}

#[test]
fn texts_are_as_postgresql_writes_them() {
    let at: Timestamp = "2026-05-01T00:00:00.25Z".parse().expect("instant");
    let instants = TimestampMicrosecondArray::from(vec![at.as_microsecond()]);
    assert_eq!(told(Arc::new(instants.clone().with_timezone("Asia/Shanghai"))), "2026-05-01 08:00:00.25+08");
    assert_eq!(told(Arc::new(instants)), "2026-05-01 00:00:00.25");
    let amount = Decimal128Array::from(vec![-1_050_i128]).with_precision_and_scale(18, 2).expect("scale");
    assert_eq!(told(Arc::new(amount)), "-10.50");
    assert_eq!(told(Arc::new(Float64Array::from(vec![f64::NEG_INFINITY]))), "-Infinity");
    assert_eq!(told(Arc::new(Float64Array::from(vec![0.1]))), "0.1");
    assert_eq!(told(Arc::new(BinaryArray::from_vec(vec![b"\x00\xff".as_slice()]))), "\\x00ff");
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None])]);
    assert_eq!(told(Arc::new(list)), "[1,null]");
}

#[test]
fn a_numeric_in_binary_has_groups_of_four_digits() {
    let groups = |text: &str| {
        let mut out = BytesMut::new();
        numeric(text, &mut out);
        out.chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>()
    };
    assert_eq!(groups("12345.67"), [3, 1, 0, 2, 1, 2345, 6700]);
    assert_eq!(groups("-0.0001"), [1, -1, 0x4000, 4, 1]);
    assert_eq!(groups("0.00"), [0, 0, 0, 2]);
    assert_eq!(groups("10000"), [1, 1, 0, 0, 1]);
    assert_eq!(groups("0.00000001"), [1, -2, 0, 8, 1]);
}

#[test]
fn binary_time_begins_with_the_year_2000() {
    let days: ArrayRef = Arc::new(arrow::array::Date32Array::from(vec![10_957]));
    assert_eq!(written(&binary(&days, types::DATE), 0), [0; 4]);
    let at: Timestamp = "2000-01-01T00:00:01Z".parse().expect("instant");
    let instants: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![at.as_microsecond()]));
    assert_eq!(written(&binary(&instants, types::TIMESTAMP), 0), 1_000_000_i64.to_be_bytes());
}
