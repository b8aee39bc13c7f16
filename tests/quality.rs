//! The page of data quality, and refused rows that are corrected in the browser.

use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Answer, Server};
use crate::support::{Place, text};

const HEADER: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";
/// Line 2 lands, 3 has no time, 4 too few fields.
const ROWS: &str = "1,C1,1,ACCEPT,,,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00
2,C2,1,ACCEPT,,,,,,,,,zzz9,2023-09-01 09:00:00
3,C3,1,ACCEPT
";
const ENGLISH: (&str, &str) = ("cookie", "lang=en");
const OURS: (&str, &str) = ("origin", "http://127.0.0.1");

/// A lake with a file that has landed, and how to serve it.
struct Quality {
    place: Place,
    config: PathBuf,
    batch: String,
}

/// The form on the page of a row: its token, and columns with their names and values.
struct Form {
    token: String,
    fields: Vec<[String; 3]>,
}

impl Quality {
    fn new(name: &str, rows: &str) -> Self {
        let place = Place::new();
        let file = place.file(name, format!("{HEADER}{rows}"));
        let receipt = place.json(&["ingest", "workflow_event", text(&file)]);
        let batch = receipt["batch_id"].as_str().expect("batch").to_owned();
        let config = place.file("sunlake.toml", "");
        Self { place, config, batch }
    }

    fn serve(&self) -> Server {
        Server::start(&self.place, &self.config)
    }

    /// Rows in, landed, quarantined, known.
    fn account(&self) -> [i64; 4] {
        ["rows_in", "rows_landed", "rows_quarantined", "rows_known"]
            .map(|column| self.place.number(&format!("select cast(sum({column}) as bigint) from ingest_batch")))
    }
}

fn get(server: &Server, path: &str) -> Answer {
    server.send("GET", path, &[ENGLISH], b"")
}

fn page(server: &Server, path: &str) -> String {
    let answer = get(server, path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.text
}

/// Pages of the rows that a list names, each once, in its order.
fn listed(server: &Server, query: &str) -> Vec<String> {
    let list = page(server, &format!("/quality/rows{query}"));
    let mut found: Vec<String> = Vec::new();
    for part in list.split("href=\"").skip(1) {
        let href = part.split('"').next().expect("an address");
        if href.starts_with("/quality/rows/") && !found.iter().any(|known| known == href) {
            found.push(href.to_owned());
        }
    }
    found
}

/// The row of the list that begins at a line.
fn row_at(server: &Server, line: u64) -> String {
    let found = listed(server, "").into_iter().find(|href| href.contains(&format!(".{line}.")));
    found.unwrap_or_else(|| panic!("no row at line {line}"))
}

fn form(text: &str) -> Form {
    let after = |text: &str, mark: &str| text.split_once(mark).map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    let until = |text: &str, end: char| text.split(end).next().unwrap_or_default().to_owned();
    let token = until(&after(text, "name=\"form\" value=\""), '"');
    assert_eq!(token.len(), 64, "a form: {text}");
    let fields = text
        .split("<label for=\"")
        .skip(1)
        .map(|part| [until(part, '"'), until(&after(part, ">"), '<'), until(&after(part, " value=\""), '"')]);
    Form { token, fields: fields.collect() }
}

impl Form {
    /// As a browser sends it, with some columns changed.
    fn body(&self, changes: &[(&str, &str)]) -> String {
        let mut body = format!("form={}", self.token);
        for [name, column, value] in &self.fields {
            let changed = changes.iter().find(|(known, _)| known == column).map(|(_, value)| *value);
            body += &format!("&{name}={}", encode(changed.unwrap_or(value)));
        }
        body
    }
}

fn encode(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let kind = ("content-type", "application/x-www-form-urlencoded");
    server.send("POST", path, &[&[ENGLISH, kind][..], headers].concat(), body.as_bytes())
}

/// Sends the form of a row with some columns changed; the address and the text of the page that answers.
fn correct(server: &Server, path: &str, changes: &[(&str, &str)]) -> (String, String) {
    let body = form(&page(server, path)).body(changes);
    let answer = post(server, path, &[OURS], &body);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = answer.header("location").expect("an address").to_owned();
    let told = page(server, &location);
    (location, told)
}

#[test]
fn the_account_of_a_source_adds_up_and_says_what_is_open() {
    let quality = Quality::new("events.csv", ROWS);
    let known = quality.place.file("again.csv", format!("{HEADER}{}", ROWS.lines().next().expect("a row")));
    quality.place.run(&["ingest", "workflow_event", text(&known)]);
    let server = quality.serve();
    let csv = page(&server, "/quality/sources.csv");
    let cells: Vec<&str> = csv.lines().nth(1).expect("a source").trim_end().split(',').collect();
    assert_eq!(cells[0], "nongshi-sample");
    assert_eq!(cells[5..], ["2", "4", "1", "2", "1", "✓ adds up", "2"], "{csv}");
    let shown = page(&server, "/quality");
    let parts = ["stand with reservations", "not a time", "too few fields", "✓ adds up", "There are no data incidents"];
    for part in parts {
        assert!(shown.contains(part), "{part:?} not in {shown}");
    }
    assert!(!shown.contains("zzz9"));
    let rules = page(&server, "/quality/rules.csv");
    assert_eq!(rules.lines().count(), 3, "{rules}");
    assert_eq!(listed(&server, "?rule=not_a_time").len(), 1);
    assert_eq!(listed(&server, "?table=RECORD").len(), 1);
    assert_eq!(listed(&server, "?source=elsewhere").len(), 0);
    assert_eq!(listed(&server, "?from=2000-01-01&to=2000-12-31").len(), 0, "refused in another year");
    assert!(page(&server, "/quality/calendar.csv").contains("GX,"));
    assert_eq!(page(&server, "/quality/incidents.csv").lines().count(), 1);
    assert!(page(&server, "/quality?as_of=2023-08-01").contains("No batch was known"));
    assert!(page(&server, "/").contains("href=\"/quality\""));
}

#[test]
fn a_corrected_row_lands_under_its_batch_and_the_list_shrinks() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    assert_eq!(listed(&server, "").len(), 2);
    assert!(!page(&server, "/quality/rows").contains("zzz9"), "no list shows a value");
    let row = row_at(&server, 3);
    let shown = page(&server, &row);
    assert!(shown.contains("value=\"zzz9\"") && shown.contains("not a time"), "{shown}");
    let (_, told) = correct(&server, &row, &[("occurred_at", "2023-09-02 09:00:00")]);
    assert!(told.contains("Landed under its own batch (rows: 1)") && told.contains("Resolved"), "{told}");
    assert!(!told.contains("zzz9"), "what is resolved is not shown");
    assert_eq!(listed(&server, "").len(), 1);
    assert_eq!(quality.account(), [3, 2, 1, 0]);
    let own = format!("select count(*) from workflow_event_history where batch_id = '{}'", quality.batch);
    assert_eq!(quality.place.number(&own), 2);
    // States follow as they do after a push.
    let derived = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        quality.place.number("select count(*) from case_state") == 2
    });
    assert!(derived && get(&server, "/cases/C2").status == 200, "the case does not appear");
}

#[test]
fn a_correction_that_is_still_wrong_is_refused_again_with_its_reason() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    let row = row_at(&server, 3);
    let chinese = page(&server, &format!("{row}?lang=zh"));
    assert!(chinese.contains("或把它的写法加入映射的 time"), "{chinese}");
    assert!(chinese.contains("no date or time that exists"), "what the lake tells stands below: {chinese}");
    assert!(page(&server, "/quality/rows?lang=zh").contains("或把它的写法加入映射的 time"));
    let (location, told) = correct(&server, &row, &[("occurred_at", "2023-09-31 09:00:00")]);
    assert!(location.starts_with(&row), "{location}");
    assert!(told.contains("Refused again") && told.contains("To be corrected"), "{told}");
    assert!(told.contains("value=\"zzz9\""), "it stays as it came");
    assert_eq!(listed(&server, "").len(), 2);
    assert_eq!(quality.account(), [3, 1, 2, 0]);
    assert_eq!(quality.place.number("select count(*) from ingest_batch where state = 'REPLAYED'"), 0);
    // A record that could not be read becomes one that can, and is refused for another reason.
    let whole = row_at(&server, 4);
    let shown = page(&server, &whole);
    assert!(shown.contains("<pre class=\"raw\">3,C3,1,ACCEPT"), "{shown}");
    let values = [("event_id", "3"), ("case_no", "C3"), ("event_type", "ACCEPT"), ("occurred_at", "soon")];
    let (location, told) = correct(&server, &whole, &values);
    assert!(told.contains("Refused again") && told.contains("value=\"soon\""), "{told}");
    assert!(!location.starts_with(&whole), "another record");
    assert!(page(&server, &whole).contains("Resolved"));
    assert_eq!(quality.account(), [3, 1, 2, 0]);
    let row = location.split('?').next().expect("a path");
    let (_, told) = correct(&server, row, &[("occurred_at", "2023-09-03 09:00:00")]);
    assert!(told.contains("Landed under its own batch"), "{told}");
    assert_eq!(quality.account(), [3, 2, 1, 0]);
}

#[test]
fn a_form_comes_from_our_own_page_once() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    let (row, other) = (row_at(&server, 3), row_at(&server, 4));
    let body = form(&page(&server, &row)).body(&[("occurred_at", "2023-09-02 09:00:00")]);
    for headers in [
        vec![],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![OURS, ("sec-fetch-site", "cross-site")],
    ] {
        let answer = post(&server, &row, &headers, &body);
        assert_eq!(answer.status, 403, "{headers:?}: {}", answer.text);
        assert!(answer.text.contains("not sent by a page of this server"), "{}", answer.text);
    }
    let without = body.split_once('&').map(|(_, values)| values.to_owned()).expect("a token");
    for (path, body) in [(&row, without.as_str()), (&row, "form=00"), (&other, body.as_str()), (&row, "")] {
        assert_eq!(post(&server, path, &[OURS], body).status, 403, "{path}");
    }
    let large = format!("form=00&v0={}", "x".repeat(1 << 20));
    assert_eq!(post(&server, &row, &[OURS], &large).status, 413);
    assert_eq!(post(&server, "/quality", &[OURS], &body).status, 405);
    assert_eq!(quality.account(), [3, 1, 2, 0]);
    assert_eq!(post(&server, &row, &[OURS], &body).status, 303);
    assert_eq!(quality.account(), [3, 2, 1, 0]);
    let again = post(&server, &row, &[OURS], &body);
    assert_eq!(again.status, 403);
    assert!(again.text.contains("no longer good"), "{}", again.text);
}

#[test]
fn a_server_without_the_key_of_the_vault_offers_nothing() {
    let quality = Quality::new("events.csv", ROWS);
    let body = {
        let server = quality.serve();
        form(&page(&server, &row_at(&server, 3))).body(&[])
    };
    std::fs::remove_file(quality.place.dir.path().join("data/sunlake/vault.key")).expect("lost");
    let server = quality.serve();
    let row = row_at(&server, 3);
    let shown = page(&server, &row);
    assert!(!shown.contains("zzz9") && !shown.contains("method=\"post\""), "{shown}");
    assert!(shown.contains("no vault with its key") && shown.contains("sunlake quarantine replay"), "{shown}");
    let answer = post(&server, &row, &[OURS], &body);
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("Nothing can be corrected here"), "{}", answer.text);
}

#[test]
fn hostile_text_is_shown_as_text() {
    let long = "x".repeat(70_000);
    let rows = format!(
        "1,C1,1,ACCEPT,,,,,,\"\"\"><b>org\",,,<script>alert(1)</script>,2023-09-01 09:00:00\n\
         2,C2,1,ACCEPT,,a\u{1}b,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00\n\
         3,C3,1,ACCEPT,,,,{long},,,,,never,2023-09-01 09:00:00\n\
         4,C4,1,ACCEPT,,,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00\n"
    );
    let quality = Quality::new("<img src=x>.csv", &rows);
    let server = quality.serve();
    for path in ["/quality".to_owned(), "/quality/rows".to_owned(), row_at(&server, 2)] {
        let answer = get(&server, &path);
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img"), "{path}: {}", answer.text);
        assert!(!answer.text.contains("\"><b>org"), "{path}: {}", answer.text);
        assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("form-action 'self'")));
    }
    let shown = page(&server, &row_at(&server, 2));
    assert!(shown.contains("alert(1)") && shown.contains("org"), "{shown}");
    assert!(page(&server, &row_at(&server, 3)).contains("a\u{2401}b"));
    let shown = page(&server, &row_at(&server, 4));
    assert!(!shown.contains("method=\"post\"") && shown.contains("too long"), "{}", shown.len());
    assert!(shown.len() < 60_000, "{}", shown.len());
    let asked = page(&server, "/quality/rows?rule=%3Cscript%3E&batch=%22%3E");
    assert!(!asked.contains("<script>") && asked.contains("No quarantined row fits"), "{asked}");
}

#[test]
fn what_is_no_row_is_not_there() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    let row = row_at(&server, 3);
    let id = row.strip_prefix("/quality/rows/").expect("an id");
    for wrong in [
        "none".to_owned(),
        format!("{}.3.{}", "0".repeat(64), "0".repeat(32)),
        id.replace(".3.", ".5."),
        "..%2F..%2Fvault.key".to_owned(),
        format!("{id}.9"),
    ] {
        let answer = get(&server, &format!("/quality/rows/{wrong}"));
        assert_eq!(answer.status, 404, "{wrong}: {}", answer.text);
    }
    assert_eq!(post(&server, "/quality/rows/none", &[OURS], "form=00").status, 404);
    assert_eq!(get(&server, "/quality/nothing.csv").status, 404);
    assert_eq!(get(&server, "/quality/rows?page=0").status, 400);
    let answer = get(&server, &row);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn tables_are_exported_as_workbooks_with_what_they_are_and_printed_whole() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    for path in ["/quality/sources.xlsx", "/quality/rows.xlsx", "/cards.xlsx", "/villages.xlsx?level=county"] {
        let answer = get(&server, path);
        assert_eq!((answer.status, answer.text.get(..2)), (200, Some("PK")), "{path}");
        let kind = answer.header("content-type").expect("type");
        assert_eq!(kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "{path}");
        let name = answer.header("content-disposition").expect("disposition");
        assert!(name.ends_with(".xlsx\""), "{name}");
    }
    let bare = page(&server, "/quality/rows.csv");
    let headed = page(&server, "/quality/rows.csv?about=1&rule=not_a_time");
    let (about, table) = headed.split_once("\r\n\r\n").expect("a head and a table");
    assert!(about.starts_with("\u{feff}Table,") && about.contains("\r\nRows,1\r\n"), "{about}");
    assert!(about.contains("not_a_time"), "{about}");
    assert_eq!(table.lines().next(), bare.trim_start_matches('\u{feff}').lines().next());
    assert_eq!((bare.lines().count(), table.lines().count()), (3, 2), "{bare}{table}");
    let print = page(&server, "/cards?print=1");
    assert!(!print.contains("<nav") && !print.contains("<form") && print.contains("paper-head"), "{print}");
    for path in ["/cards?cols=secret", "/cards?sort=secret", "/cards.csv?about=yes", "/villages?print=2"] {
        assert_eq!(get(&server, path).status, 400, "{path}");
    }
}

#[test]
fn a_search_lists_goes_to_the_one_hit_or_says_that_there_is_none() {
    let quality = Quality::new("events.csv", ROWS);
    let server = quality.serve();
    assert!(page(&server, "/search").contains("Looks for a case by its number"));
    assert!(page(&server, "/search?q=no-such-thing").contains("Nothing is found for"));
    assert_eq!(get(&server, &format!("/search?q={}", "x".repeat(41))).status, 400);
    // The shipped items have their names.
    let items = page(&server, "/search?q=certificate");
    assert!(items.matches("/search?item=").count() > 1, "{items}");
}
