//! The pages of figures: each count leads to as many rows, and the CSV has what the page shows.

use crate::measures::lake;
use crate::server::{Answer, Server};
use crate::support::{Place, text};

const MARCH: &str = "from=2018-03-01&to=2018-03-31&as_of=2018-04-30";

fn serve(place: &Place) -> Server {
    Server::start(place, &place.file("sunlake.toml", ""))
}

fn get(server: &Server, path: &str) -> Answer {
    server.send("GET", path, &[("cookie", "lang=en")], b"")
}

fn page(server: &Server, path: &str) -> String {
    let answer = get(server, path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.text
}

#[test]
fn the_dictionary_has_every_metric_and_each_leads_to_its_result() {
    let place = lake();
    let server = serve(&place);
    let list = page(&server, "/metrics");
    for metric in &queries::METRICS {
        assert!(list.contains(&format!("id=\"{}\"", metric.id)), "{}", metric.id);
    }
    assert!(list.contains("from case_state"), "the SQL of the metrics");
    for metric in &queries::METRICS {
        let one = page(&server, &format!("/metrics/{}?{MARCH}", metric.id));
        assert!(one.contains("/figures.csv?"), "{}", metric.id);
    }
    assert_eq!(get(&server, "/metrics/M99").status, 404);
    for wrong in ["M01?by=moon", "M07?by=village", "M01?cols=moon", "M01?sort=99", "M01/rows?count=moon"] {
        assert_eq!(get(&server, &format!("/metrics/{wrong}")).status, 400, "{wrong}");
    }
    let days = "/metrics/M01?by=day&from=2015-01-01&to=2018-01-01";
    assert_eq!(get(&server, days).status, 400, "too many pieces");
}

#[test]
fn a_count_leads_to_as_many_rows_and_says_where_it_comes_from() {
    let place = lake();
    let server = serve(&place);
    let one = page(&server, &format!("/metrics/M01?by=kind&{MARCH}"));
    assert!(one.contains("count=accepted_n&#38;by=kind"), "{one}");
    for address in ["by=all", "by=village&bucket=-", "by=month&bucket=2018-03", "by=all&bucket=all"] {
        let path = format!("/metrics/M01/rows?count=accepted_n&{address}&{MARCH}");
        let rows = page(&server, &path);
        assert!(rows.contains("n=2 "), "{path}: {rows}");
        assert!(rows.contains("/cases/B") && rows.contains("/cases/C") && !rows.contains("/cases/A"), "{path}");
        let csv = get(&server, &path.replace("/rows?", "/rows.csv?"));
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.text.trim_end().lines().count(), 3, "{}", csv.text);
    }
    let rows = page(&server, &format!("/metrics/M01/rows?count=accepted_n&{MARCH}"));
    let version = analytics::metric_version(queries::find("M01").expect("metric"));
    assert!(rows.contains(&version) && rows.contains("rows_of accepted_n"), "{rows}");
    let none = page(&server, &format!("/metrics/M01/rows?count=accepted_n&by=month&bucket=2018-09&{MARCH}"));
    assert!(none.contains("there are no rows behind it"), "{none}");
}

#[test]
fn the_csv_of_a_metric_has_the_columns_that_are_chosen() {
    let place = lake();
    let server = serve(&place);
    let csv = get(&server, &format!("/metrics/M03/figures.csv?cols=due_n,on_time_rate&{MARCH}")).text;
    assert_eq!(
        csv.trim_start_matches('\u{feff}').lines().next(),
        Some("Everything,Code,Due,On-time rate,95% interval")
    );
    let whole = get(&server, &format!("/metrics/M03/figures.csv?{MARCH}")).text;
    assert!(whole.lines().next().is_some_and(|head| head.split(',').count() > 9), "{whole}");
}

const VILLAGES: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
village_code = "village"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;

/// Received in February 2018: twelve cases in one village, three in another of its township; and one in March.
fn villages() -> Place {
    let place = Place::new();
    let mapping = place.file("villages.toml", VILLAGES);
    let row = |village: &str, n: i64| format!("{village}-{n},{village},RECEIVE,2018-02-05 10:00:00\n");
    let many = (0..12).map(|n| row("450521111201", n));
    let few = (0..3).map(|n| row("450521111202", n));
    // A month is published when it is over by what the sources have told.
    let later = "450521111201-99,450521111201,RECEIVE,2018-03-12 10:00:00\n".to_owned();
    let rows: String = many.chain(few).chain([later]).collect();
    let file = place.file("villages.csv", format!("case,village,type,at\n{rows}"));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

#[test]
fn the_public_page_withholds_small_numbers_and_leads_nowhere_else() {
    let place = villages();
    let server = serve(&place);
    // Nothing but the month counts, so that no two looks can be subtracted.
    let answer = get(&server, "/sunshine?month=2018-02&region=450502&as_of=2018-02-05&from=2018-02-05");
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("vary"), Some("accept-language, cookie"));
    assert!(answer.text.contains("2018-03-11 00:00"), "the instant of the month: {}", answer.text);
    for inner in ["/cards", "/villages", "/metrics", "/quality", "/cases/", "450521111201-"] {
        assert!(!answer.text.contains(inner), "{inner}");
    }
    let csv = get(&server, "/sunshine.csv?month=2018-02");
    assert_eq!(csv.header("cache-control"), Some("public, max-age=300"));
    let received = |code: &str| {
        let line = csv.text.lines().find(|line| line.split(',').nth(2) == Some(code)).unwrap_or_default();
        line.split(',').nth(3).unwrap_or_default().to_owned()
    };
    let told = ["450521111201", "450521111202", "450521111", "450521"].map(received);
    assert_eq!(told, ["12", "<10", "12", "12"], "totals are of what is shown: {}", csv.text);
    let wrong = get(&server, "/sunshine?month=moon");
    assert!(wrong.status == 400 && !wrong.text.contains("/cards"), "{}", wrong.text);
    assert_eq!(get(&server, "/sunshine?month=2017-01").status, 404);
}

#[test]
fn every_page_of_tables_answers_and_its_csv_has_the_same_heads() {
    let place = villages();
    let server = serve(&place);
    for path in ["/organizations", "/items", "/savings", "/market", "/feedback", "/disclosure"] {
        for level in ["county", "village"] {
            let text = page(&server, &format!("{path}?level={level}&from=2018-02-01&to=2018-02-28&region=450521"));
            let csvs: Vec<&str> = text.split("href=\"").filter_map(|rest| rest.split('"').next()).collect();
            let csvs = csvs.iter().filter(|href| href.contains(".csv"));
            let csvs: Vec<String> = csvs.map(|href| href.replace("&#38;", "&").replace("about=1", "about=0")).collect();
            assert!(csvs.len() > 1, "{path}: {csvs:?}");
            for csv in csvs {
                let answer = get(&server, &csv);
                assert_eq!(answer.status, 200, "{csv}: {}", answer.text);
                assert!(answer.text.lines().next().is_some_and(|head| head.contains(',')), "{csv}");
            }
        }
        assert_eq!(get(&server, &format!("{path}?level=moon")).status, 400, "{path}");
        assert_eq!(get(&server, &format!("{path}/moon.csv")).status, 404, "{path}");
    }
    let volume = get(&server, "/items/item-volume.csv?from=2018-02-01&to=2018-02-28").text;
    assert!(volume.contains("not named by the source,,15,"), "{volume}");
}

#[test]
fn department_and_item_travel_along_and_say_where_they_narrow_nothing() {
    let place = villages();
    let server = serve(&place);
    let days = "from=2018-02-01&to=2018-02-28";
    let market = page(&server, &format!("/market?organization=450521-MZ&item=SI001&{days}"));
    assert!(market.contains("organization=450521-MZ&#38;item=SI001"), "on every link: {market}");
    assert_eq!(market.matches("not narrowed to").count(), 2, "{market}");
    let items = page(&server, &format!("/items?item=SI001&organization=450521-MZ&{days}"));
    assert!(items.contains("<select name=\"item\">") && !items.contains("not narrowed to"), "{items}");
    assert!(items.contains("not narrowed by the filter: Department"), "{items}");
    let volume = get(&server, &format!("/items/item-volume.csv?item=SI001&{days}")).text;
    assert!(!volume.contains("not named by the source"), "{volume}");
    let cards = page(&server, "/cards?organization=450521-MZ");
    assert!(cards.contains("<select name=\"organization\">"), "{cards}");
    let long = "x".repeat(101);
    assert_eq!(get(&server, &format!("/cards?item={long}")).status, 400);
}

#[test]
fn a_table_stands_as_the_address_says_and_so_do_its_files() {
    let place = villages();
    let server = serve(&place);
    let chosen = "table=item-volume&cols=name,M01+received_n&from=2018-02-01&to=2018-02-28";
    let items = page(&server, &format!("/items?{chosen}&sort=M01+received_n"));
    assert_eq!(items.matches("aria-sort=\"descending\"").count(), 1, "{items}");
    let csv = get(&server, &format!("/items/item-volume.csv?{chosen}")).text;
    assert_eq!(csv.trim_start_matches('\u{feff}').lines().next(), Some("Item,Received"), "{csv}");
    let villages = page(&server, "/villages?sort=load&from=2018-02-01&to=2018-02-28");
    assert!(villages.contains("Cases per agent-day"), "{villages}");
    let rated = page(&server, "/villages?cols=name,rated,stars&sort=stars&from=2018-02-01&to=2018-02-28");
    assert!(rated.contains("Mean stars"), "{rated}");
    let printed = page(&server, &format!("/items?{chosen}&print=1"));
    assert!(printed.contains("paper-head") && !printed.contains("class=\"columns\""), "{printed}");
    for wrong in ["/items?table=moon", "/items?table=item-volume&sort=moon", "/items?table=item-volume&cols=moon"] {
        assert_eq!(get(&server, wrong).status, 400, "{wrong}");
    }
}

#[test]
fn savings_follow_the_parameters_of_the_address_and_claims_stand_apart() {
    let place = villages();
    let server = serve(&place);
    let text = page(&server, "/savings?per_case=120&hours=2.5");
    assert!(text.contains("value=\"120\"") && text.contains("value=\"2.5\""), "{text}");
    assert!(text.contains("428 villages") && text.contains("/metrics/M09"), "{text}");
    assert_eq!(get(&server, "/savings?per_case=-1").status, 400);
}
