use arrow::array::{AsArray, Int32Array};
use arrow::util::pretty::pretty_format_batches;

use super::*;
use crate::ColumnDoc;

/// Questions in the form in which programs ask them when they start; see docs/CLIENTS.md.
const REPLAYED: [(&str, &str); 6] = [
    ("psql", include_str!("replay/psql.sql")),
    ("JDBC, DBeaver", include_str!("replay/jdbc.sql")),
    ("Metabase", include_str!("replay/metabase.sql")),
    ("Grafana", include_str!("replay/grafana.sql")),
    ("Superset", include_str!("replay/superset.sql")),
    ("Power BI", include_str!("replay/powerbi.sql")),
];

fn catalog() -> PgCatalog {
    let column = |name: &str, data_type, about: &str| ColumnDoc {
        name: name.to_owned(),
        data_type,
        nullable: name != "village_code",
        about: about.to_owned(),
    };
    let village = TableDoc {
        schema: "public".to_owned(),
        name: "village".to_owned(),
        is_view: true,
        about: "one village".to_owned(),
        columns: vec![
            column("village_code", DataType::Utf8, "村"),
            column("area", DataType::Decimal128(18, 2), ""),
            column("steps", DataType::List(Arc::new(Field::new("element", DataType::Int64, true))), ""),
        ],
    };
    let ledger = TableDoc { name: "ledger".to_owned(), is_view: false, columns: Vec::new(), ..village.clone() };
    let settings = vec![("search_path".to_owned(), "public".to_owned())];
    let client = PgClient {
        user: "li".to_owned(),
        database: "sunlake".to_owned(),
        backend: 7,
        version: "PostgreSQL 15.0 (Sunlake)".to_owned(),
        settings,
    };
    PgCatalog::new(vec![village, ledger], client, PgPlaces::default()).expect("catalog")
}

async fn told(sql: &str) -> String {
    let answer = catalog().ask(sql.to_owned()).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    pretty_format_batches(&answer.batches).expect("table").to_string()
}

#[tokio::test]
async fn what_programs_ask_at_their_start_is_answered() {
    let catalog = catalog();
    let mut failed = Vec::new();
    for (program, text) in REPLAYED {
        for sql in text.split(";\n").map(str::trim).filter(|sql| !sql.is_empty()) {
            if let Err(error) = catalog.ask(sql.to_owned()).await {
                failed.push(format!("{program}: {error}\n{sql}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[tokio::test]
async fn tables_columns_and_their_words_are_those_that_are_seen() {
    let tables = told("select relname, relkind from pg_class order by 1").await;
    assert!(tables.contains("| ledger  | r       |") && tables.contains("| village | v       |"), "{tables}");
    let columns = told(
        "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as kind, a.attnotnull \
         from pg_catalog.pg_attribute a where a.attrelid = 'village'::regclass order by a.attnum",
    )
    .await;
    for line in
        ["| village_code | text          | true", "| area         | numeric(18,2) | false", "| steps        | json"]
    {
        assert!(columns.contains(line), "{line} is not in\n{columns}");
    }
    let about =
        told("select col_description('village'::regclass, 1) as a, obj_description('village'::regclass) as b").await;
    assert!(about.contains("村") && about.contains("one village"), "{about}");
    let standard =
        told("select data_type, numeric_scale from information_schema.columns where column_name = 'area'").await;
    assert!(standard.contains("| numeric   | 2 "), "{standard}");
}

#[tokio::test]
async fn who_asks_is_nobody_special() {
    let told =
        told("select current_user, rolsuper, has_table_privilege('village', 'INSERT') as may from pg_roles").await;
    assert!(told.contains("| li           | false    | false |"), "{told}");
}

#[tokio::test]
async fn columns_have_the_names_that_postgresql_gives_them() {
    let answer = catalog().ask("select version(), 1, pg_catalog.current_schema()".to_owned()).await;
    let answer = answer.expect("answer");
    let names: Vec<&String> = answer.schema.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["version", "?column?", "current_schema"]);
    assert_eq!(answer.batches.first().expect("a row").column(2).as_string::<i32>().value(0), "public");
    let pid = catalog().ask("select pg_backend_pid()".to_owned()).await.expect("answer");
    let pid: &Int32Array = pid.batches.first().expect("a row").column(0).as_primitive();
    assert_eq!(pid.value(0), 7);
}

#[tokio::test]
async fn rows_of_the_lake_and_statements_that_change_are_refused() {
    let refused = |sql: &str| {
        let sql = sql.to_owned();
        async move { catalog().ask(sql).await.expect_err("refused") }
    };
    assert!(matches!(refused("select * from village, pg_class").await, PgError::Mixed(name) if name == "village"));
    assert!(matches!(refused("select * from public.village, pg_class").await, PgError::Mixed(_)));
    assert!(matches!(refused("select 1; select 2").await, PgError::NotOne));
    assert!(matches!(refused("create table pg_x as select 1").await, PgError::NotOne));
    assert!(matches!(refused("select (1 from pg_class").await, PgError::Parse(_)));
    let long = format!("select '{}' from pg_class", "x".repeat(MOST_BYTES));
    assert!(matches!(refused(&long).await, PgError::Long { .. }));
}

#[tokio::test]
async fn what_is_deep_or_endless_takes_nothing_down() {
    let sum = vec!["1"; 10_000].join("+");
    let deep = format!("select {sum} as x from pg_class");
    assert!(matches!(catalog().ask(deep).await, Err(PgError::Deep(_))));
    let nested = format!("select {}1{} from pg_class", "(".repeat(5_000), ")".repeat(5_000));
    assert!(catalog().ask(nested).await.is_err());
    let endless = "select sum(a.oid + b.oid + c.oid + d.oid + e.oid + f.oid + g.oid) from pg_type a, pg_type b, pg_type c, pg_type d, pg_type e, pg_type f, pg_type g";
    let catalog = catalog();
    let given_up = timeout(Duration::from_millis(300), catalog.ask(endless.to_owned())).await;
    assert!(given_up.is_err(), "it was to take longer");
    let next = timeout(Duration::from_secs(5), catalog.ask("select 1 from pg_type limit 1".to_owned())).await;
    assert!(next.expect("in time").is_ok());
}
