use super::*;

const LEAST: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "a"
event_type = { value = "ACCEPT" }
occurred_at = "t"
"#;

#[test]
fn every_shipped_mapping_is_sound() {
    for (name, _) in SHIPPED {
        let mapping = Mapping::find(name).expect(name);
        assert_eq!((mapping.name.as_str(), mapping.version.len()), (name, 16));
    }
}

#[test]
fn what_a_platform_takes_back_can_be_told_by_each_mapping_of_our_own() {
    let mut checked = 0;
    for (name, _) in SHIPPED {
        let mapping = Mapping::find(name).expect(name);
        // Those of other systems have other names than their tables.
        for output in mapping.outputs.iter().filter(|output| output.contract.table == name) {
            let place = output.contract.fields.iter().position(|field| field.name == "is_deleted").expect(name);
            let told = output.rules[place].as_ref();
            assert!(told.is_some_and(|rule| rule.optional && rule.columns == ["is_deleted"]), "{name}");
            checked += 1;
        }
    }
    assert_eq!(checked, 17);
}

#[test]
fn a_mapping_that_makes_no_sense_says_where() {
    let parse = |text: &str| Mapping::parse("m", text).expect_err("refused").to_string();
    for (from, to, says) in [
        ("Asia/Shanghai", "Asia/Nowhere", "no zone"),
        ("\"workflow_event\"", "\"card\"", "takes no records"),
        ("case_no = \"a\"\n", "", "case_no has no rule"),
        ("case_no = \"a\"", "case_no = \"a\"\nbatch_id = \"b\"", "filled in by the landing"),
        ("case_no = \"a\"", "case_no = \"a\"\nnonsense = \"b\"", "no field \"nonsense\""),
        ("case_no = \"a\"", "case_no = { column = \"a\", value = \"b\" }", "exactly one of"),
        ("case_no = \"a\"", "case_no = { column = \"a\", time = [\"iso\"] }", "for times and dates"),
        ("case_no = \"a\"", "case_no = { column = \"a\", person = true }", "belongs to fields that end in _hash"),
        ("occurred_at = \"t\"", "occurred_at = { column = \"t\", time = [\"%Y-%q\"] }", "no format of times"),
        ("case_no = \"a\"", "case_no = { column = \"a\", perso = true }", "perso"),
        ("system = \"x\"", "system = \"x\"\ncolour = 1", "colour"),
        ("system = \"x\"", "system = \"x\"\nformat = \"ods\"", "ods"),
        ("[[output]]", "[xlsx]\nsheet = \"a\"\nsheets = \"all\"\n[[output]]", "keep one of them"),
        ("[[output]]", "[xlsx]\nsheets = \"some\"\n[[output]]", "use \"all\", or a list"),
        ("[[output]]", "[xlsx]\nheader_row = 0\n[[output]]", "between 1 and 50"),
        ("[[output]]", "[json]\nrecords = \"a..b\"\n[[output]]", "names with dots"),
        ("table = \"workflow_event\"", "table = \"workflow_event\"\nper = \"case\"", "needs source.case_key"),
        ("case_no = \"a\"", "case_no = { column = \"a\", id_card = true }", "goes with `person = true`"),
        ("case_no = \"a\"", "case_no = { column = \"a\", scale = \"2\" }", "for amounts with decimals"),
        ("\"workflow_event\"", "\"sla_policy\"", "takes no records"),
        ("case_no = \"a\"", "case_no = { column = \"a\", contains = [] }", "lists no word"),
        ("case_no = \"a\"", "case_no = { column = \"a\", contains = [[\"\", \"X\"]] }", "stands in every value"),
        (
            "case_no = \"a\"",
            "case_no = { column = \"a\", contains = [[\"b\", \"X\"], [\"ab\", \"Y\"]] }",
            "never reached",
        ),
        ("case_no = \"a\"", "case_no = { column = \"a\", map = {}, contains = [[\"b\", \"X\"]] }", "not both"),
    ] {
        let message = parse(&LEAST.replace(from, to));
        assert!(message.contains(says), "{says:?} not in {message:?}");
    }
}

#[test]
fn for_which_time_a_rule_stands_is_not_for_a_mapping_to_say() {
    let item = "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\n[[output]]\ntable = \"service_item\"\n\
                [output.fields]\nitem_id = \"id\"\nname = \"n\"\n";
    assert!(Mapping::parse("m", item).is_ok());
    for field in ["put_at", "replaced_at"] {
        let message = Mapping::parse("m", &format!("{item}{field} = \"t\"\n")).expect_err(field).to_string();
        assert!(message.contains(&format!("service_item.{field} is filled in by the landing")), "{message}");
    }
}

#[test]
fn identifiers_of_people_stand_in_no_mapping() {
    let case = LEAST.replace("workflow_event", "workflow_case").replace("event_type = { value = \"ACCEPT\" }\n", "");
    let case = case.replace("occurred_at = \"t\"", "applicant_hash = RULE");
    let parse = |rule: &str| Mapping::parse("m", &case.replace("RULE", rule)).map_err(|error| error.to_string());
    assert!(parse("{ column = \"p\", person = true }").is_ok());
    for rule in [
        "{ value = \"450521195512310025\" }",
        "{ value = \"450521195512310025\", person = true }",
        "{ column = \"p\", default = \"450521195512310025\", person = true }",
        "{ column = \"p\", map = { a = \"450521195512310025\" }, person = true }",
        "{ column = \"p\", contains = [[\"a\", \"450521195512310025\"]], person = true }",
    ] {
        let message = parse(rule).expect_err(rule);
        assert!(message.contains("applicant_hash") && message.contains("comes from a column"), "{message}");
        assert!(!message.contains("450521"), "{message}");
    }
    assert!(parse("\"p\"").expect_err("in clear").contains("person = true"));
}

#[test]
fn names_that_are_no_mapping_list_those_that_are() {
    let message = Mapping::find("receipts").expect_err("unknown").to_string();
    assert!(message.contains("receipt, bpic15"), "{message}");
    assert!(matches!(Mapping::find("/no/such.toml"), Err(ReadError::Open { .. })));
}

#[test]
fn factors_are_decimals_and_units_are_listed() {
    const PRICE: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[[output]]
table = "market_price"
[output.fields]
market = { value = "m" }
product = "p"
price_on = "d"
low_per_kg = RULE
"#;
    let parse = |rule: &str| Mapping::parse("m", &PRICE.replace("RULE", rule)).map_err(|error| error.to_string());
    let mapping = parse("{ column = \"l\", scale_by = { column = \"u\", map = { \"斤\" = \"2\", \"个\" = \"\" } } }");
    let mapping = mapping.expect("sound");
    assert!(mapping.needed_columns().any(|column| column == "u"));
    assert_eq!(mapping.columns(), ["p", "l", "u", "d"]);
    assert_eq!((mapping.columns_of(1, "price_on"), mapping.columns_of(1, "market").len()), (&["d".to_owned()][..], 0));
    assert!(mapping.columns_of(0, "price_on").is_empty() && mapping.columns_of(2, "price_on").is_empty());
    for (rule, says) in [
        ("{ column = \"l\", scale = \"half\" }", "no number"),
        ("{ column = \"l\", scale = \"2\", scale_by = { column = \"u\", map = {} } }", "not both"),
        ("{ column = \"l\", scale_by = { column = \"u\", list = {} } }", "list"),
    ] {
        let message = parse(rule).expect_err(rule);
        assert!(message.contains(says), "{says:?} not in {message:?}");
    }
}
