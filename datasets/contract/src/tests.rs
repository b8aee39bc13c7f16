use super::*;

#[test]
fn the_document_of_the_tables_is_true() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TABLES.md");
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
            assert!(!contract.standard_of(field).is_empty(), "{}.{} is from nowhere", contract.table, field.name);
            assert_eq!(
                field.is_number(),
                !field.unit.is_empty(),
                "{}.{}: {:?}",
                contract.table,
                field.name,
                field.unit
            );
            if let Some(unit) = field.unit.rsplit(' ').next().filter(|unit| unit.ends_with("unit")) {
                assert!(contract.field(unit).is_some(), "{}.{}: no field {unit}", contract.table, field.name);
            }
            let again = contract.fields[..at].iter().any(|earlier| earlier.name == field.name);
            assert!(!again, "{}.{} is listed twice", contract.table, field.name);
            for value in field.values {
                assert!(field.doc.contains(value), "{}.{}: {value} is not told", contract.table, field.name);
            }
        }
    }
}

#[test]
fn facts_have_what_the_landing_needs() {
    for contract in ALL.iter().filter(|contract| contract.role == Role::Fact) {
        let kind = |name: &str| contract.field(name).map(|field| field.kind);
        for name in ["source_system", "attributes", "recorded_at", "known_at", "ingested_at", "batch_id", "row_hash"] {
            assert!(kind(name).is_some(), "{}: no field {name}", contract.table);
        }
        for name in ["source_pk", "op_type"] {
            assert_eq!(kind(name), Some(Kind::Text), "{}: {name}", contract.table);
        }
        assert_eq!(kind("is_deleted"), Some(Kind::Bool), "{}", contract.table);
        assert!(contract.bloom.first().is_some_and(|name| kind(name) == Some(Kind::Text)), "{}", contract.table);
        let personal = contract.fields.iter().any(|field| field.name != "row_hash" && field.name.ends_with("_hash"));
        assert_eq!(personal, kind("hash_key_id").is_some(), "{}", contract.table);
        for name in contract.happened {
            assert!(matches!(kind(name), Some(Kind::Instant | Kind::Date)), "{}.{name}", contract.table);
        }
        if let MadeId::EachRow(names) | MadeId::EachContent(names) = contract.made_id {
            assert!(names.iter().all(|name| kind(name).is_some()), "{}", contract.table);
        }
    }
}

#[test]
fn reference_rows_say_who_brought_them_and_whether_they_were_taken_back() {
    for contract in ALL.iter().filter(|contract| contract.role == Role::Reference) {
        let later = |name: &str| contract.field(name).is_some_and(|field| field.later && field.nullable);
        assert_eq!(later("batch_id"), later("is_deleted"), "{}", contract.table);
        let day = if contract.key.contains(&"version") { "valid_from" } else { "valid_to" };
        assert!(!later("is_deleted") || contract.field(day).is_some(), "{}: no field {day}", contract.table);
    }
}

#[test]
fn reference_rows_can_be_edited() {
    for contract in ALL.iter().filter(|contract| contract.role == Role::Reference) {
        for field in contract.fields.iter().filter(|field| ![PUT_AT.name, REPLACED_AT.name].contains(&field.name)) {
            let held = matches!(field.kind, Kind::Text | Kind::Prose | Kind::Int | Kind::Bool | Kind::Date);
            assert!(held, "{}.{}: `sunlake reference put` does not read {:?}", contract.table, field.name, field.kind);
        }
    }
}

#[test]
fn the_rules_that_cases_are_judged_by_remember() {
    let remember = ALL.iter().filter(|contract| contract.remembers());
    let names: Vec<&str> = remember.clone().map(|contract| contract.table).collect();
    assert_eq!(names, ["service_item", "calendar_day", "calendar_year", "office_hours", "sla_policy"]);
    for contract in remember {
        let told =
            [PUT_AT.name, REPLACED_AT.name].map(|name| contract.field(name).map(|field| (field.kind, field.later)));
        assert_eq!(told, [Some((Kind::Instant, true)); 2], "{}", contract.table);
    }
}

#[test]
fn a_row_of_a_mart_is_its_key_and_what_is_added_up() {
    let derived = ALL.iter().filter(|contract| contract.role == Role::Derived).map(|contract| contract.table);
    let marts = MARTS.map(|contract| contract.table);
    assert_eq!(derived.collect::<Vec<_>>(), [&["case_state", "card"][..], &marts].concat());
    for contract in MARTS {
        let (run, key) = contract.key.split_last().expect("a key");
        let (part, behind) = contract.fields.split_at(2);
        assert_eq!([part[0].name, part[1].name], ["part", *run], "{}", contract.table);
        let (named, measures) = behind.split_at(key.len());
        assert_eq!(named.iter().map(|field| field.name).collect::<Vec<_>>(), key, "{}", contract.table);
        let is_sum = |field: &Field| field.kind == Kind::Int && !field.nullable;
        assert!(!measures.is_empty() && measures.iter().all(is_sum), "{}", contract.table);
    }
}
