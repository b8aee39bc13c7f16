//! Pulling from a real server: increments, late commits, corrections, types, restarts and kills.

use std::io::{BufRead, BufReader};
use std::sync::mpsc;
use std::time::Duration;

use crate::killing::{Killing, timed};
use crate::postgres::{Desk, Ended, QUERY, count, counts};

const ROUNDS: u64 = 6;
/// For what another process has to do meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn increments_and_what_commits_late() {
    let desk = Desk::new();
    desk.insert(1, 25);
    let mut dry = desk.args().to_vec();
    dry.push("--dry-run".into());
    let planned = desk.place.json(&dry.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((planned["outcome"].as_str(), counts(&planned)), (Some("dry_run"), [25, 25, 0, 0]));
    assert!(!desk.lake().exists(), "a dry run makes nothing");

    let first = desk.pull();
    assert_eq!((first["outcome"].as_str(), counts(&first)), (Some("landed"), [25, 25, 0, 0]), "{first}");
    assert_eq!(count(&first, "pages"), 3);
    // Only the last page tells that the source is complete.
    assert_eq!(desk.place.number("select count(*) from ingest_batch where is_complete"), 1);
    assert_eq!(desk.place.number("select count(*) from ingest_batch where pull_name = 'desk'"), 3);

    let again = desk.pull();
    assert_eq!(again["outcome"].as_str(), Some("nothing_new"), "{again}");
    assert_eq!((count(&again, "landed"), again["cursor"].as_str()), (0, first["cursor"].as_str()));

    desk.server.sql("insert into event (id, case_no) select 'N' || i, 'TEST-1' from generate_series(1, 3) i");
    assert_eq!(count(&desk.pull(), "landed"), 3);

    // Inside the overlap of ten minutes, and before it.
    desk.server.sql("insert into event (id, case_no, changed_at) values ('L1', 'TEST-1', now() - interval '5 min')");
    assert_eq!(count(&desk.pull(), "landed"), 1);
    desk.server.sql("insert into event (id, case_no, changed_at) values ('L2', 'TEST-1', now() - interval '40 min')");
    assert_eq!(count(&desk.pull(), "landed"), 0, "docs/PULL.md says so");
    assert_eq!(desk.held(), (29, 29));

    // A mistyped year does not take the pull with it.
    desk.server.sql("insert into event (id, case_no, changed_at) values ('X1', 'TEST-1', '2203-09-13')");
    assert_eq!(count(&desk.pull(), "landed"), 1);
    desk.server.sql("insert into event (id, case_no) values ('X2', 'TEST-1')");
    assert_eq!(count(&desk.pull(), "landed"), 1);
    assert_eq!(desk.held(), (31, 31));
    let open = "select count(*) from ingest_batch where rows_in <> rows_landed + rows_quarantined + rows_known";
    assert_eq!(desk.place.number(open), 0);
}

#[test]
fn rows_of_one_cursor_on_two_pages_and_numbers_as_cursor() {
    let desk = Desk::new();
    desk.server.sql("alter table event add column rank int not null default 7");
    desk.insert(1, 25);
    // All of one value, over three pages; nothing is asked for again.
    desk.section(
        "select id, case_no, note, occurred_at, rank from event where rank > $1 order by rank",
        "cursor = \"rank\"\noverlap = \"0\"\npage_rows = 10\n",
    );
    let first = desk.pull();
    assert_eq!((counts(&first), first["cursor"].as_str()), ([25, 25, 0, 0], Some("7")), "{first}");
    desk.server.sql("update event set rank = 10, note = 'later' where id = 'E9'");
    let next = desk.pull();
    assert_eq!((counts(&next), next["cursor"].as_str()), ([1, 1, 0, 0], Some("10")), "9 < 10: {next}");
    assert_eq!(desk.held(), (26, 25));
    let still = desk.pull();
    assert_eq!((counts(&still), still["cursor"].as_str()), ([0, 0, 0, 0], Some("10")), "{still}");
}

#[test]
fn a_changed_row_becomes_a_newer_version_and_both_can_be_asked_for() {
    let desk = Desk::new();
    desk.server.sql("insert into event (id, case_no, note) values ('E1', 'TEST-1', 'first')");
    desk.pull();
    desk.server.sql("update event set note = 'second', changed_at = clock_timestamp()");
    assert_eq!(counts(&desk.pull()), [1, 1, 0, 0]);
    assert_eq!(desk.held(), (2, 1));
    let decision = |more: &[&str]| {
        let asked = [&["query", "select decision from workflow_event"], more].concat();
        desk.place.json(&asked)[0]["decision"].clone()
    };
    assert_eq!(decision(&[]), "second");
    assert_eq!(decision(&["--as-of", "2023-09-14"]), "first", "known then");
}

#[test]
fn values_come_without_loss() {
    let desk = Desk::new();
    desk.server.sql(
        "set timezone to 'America/New_York'; alter table event add tags text[], add flag bool, add amount numeric, add \
         day date, add ratio float8, add local timestamp; alter database postgres set datestyle to 'SQL, DMY'; alter \
         database postgres set timezone to 'Asia/Tokyo'; alter database postgres set extra_float_digits to -5; insert \
         into event values ('E1', 'TEST-1', ' 阳光 ', '2023-09-13 03:42:00.123456-04', now(), array['a', null, 'b \"c\"'], \
         true, 12345678901234567890.12345678901234567890, '2023-09-20', 0.1, '2023-09-20 08:00:00.5'), ('E2', 'TEST-2', \
         null, '2023-09-13 16:42:00+09', now(), null, null, null, null, null, null), ('E3', 'TEST-3', '', 'infinity', now(), \
         null, null, 'NaN', null, null, null)",
    );
    assert_eq!(counts(&desk.pull()), [3, 2, 1, 0], "no instant is infinite");
    let rows = desk.place.json(&[
        "query",
        "select decision, cast(round(extract(epoch from occurred_at) * 1000000) as bigint) as at, attributes from workflow_event \
         order by event_id",
    ]);
    let (known, unknown) = (&rows[0], &rows[1]);
    assert_eq!((known["decision"].as_str(), known["at"].as_i64()), (Some("阳光"), Some(1_694_590_920_123_456)));
    assert_eq!((unknown["decision"].as_str(), unknown["at"].as_i64()), (None, Some(1_694_590_920_000_000)));
    let attributes = &known["attributes"];
    for (name, value) in [
        ("tags", "{a,NULL,\"b \\\"c\\\"\"}"),
        ("flag", "true"),
        ("amount", "12345678901234567890.12345678901234567890"),
        ("day", "2023-09-20"),
        ("ratio", "0.1"),
        ("local", "2023-09-20 08:00:00.5"),
    ] {
        assert_eq!(attributes[name].as_str(), Some(value), "{name}: {rows}");
    }
}

#[test]
fn two_at_once_land_each_row_once() {
    let desk = Desk::new();
    desk.insert(1, 200);
    let mut both = [desk.spawn(&["pull", "desk", "--once"]), desk.spawn(&["pull", "desk", "--once"])];
    for child in &mut both {
        assert!(child.wait().expect("ended").success());
    }
    assert_eq!(desk.held(), (200, 200));
}

#[test]
fn a_server_that_goes_away_is_told_once_and_what_it_missed_lands_later() {
    let desk = Desk::new();
    desk.insert(1, 5);
    desk.pull();
    let mut pulling = Ended(desk.spawn(&["pull", "desk"]));
    let stderr = BufReader::new(pulling.0.stderr.take().expect("stderr"));
    let (say, heard) = mpsc::channel();
    let listener = std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
    let wait_for = |what: &str| loop {
        let line = heard.recv_timeout(PATIENCE).expect(what);
        if line.contains(what) {
            return line;
        }
    };
    desk.server.control("stop");
    let told = wait_for("whether the server runs");
    assert!(told.contains("pull desk") && told.contains("is tried again"), "{told}");
    std::thread::sleep(Duration::from_secs(8));
    desk.server.control("start");
    desk.server.sql("insert into event (id, case_no) values ('N1', 'TEST-1')");
    let more: Vec<String> = std::iter::repeat_with(|| heard.recv_timeout(PATIENCE).expect("works again"))
        .take_while(|line| !line.contains("pull desk works again"))
        .collect();
    // A server that is shutting down says something else than one that is gone: each is told once.
    let again = more.iter().filter(|line| line.contains("whether the server runs")).count();
    assert!(again <= 1, "told again and again: {more:?}");
    wait_until(|| desk.held() == (6, 6));
    drop(pulling);
    drop(listener.join());
}

#[test]
fn the_dashboard_pulls_beside_its_pages() {
    let desk = Desk::new();
    desk.insert(1, 5);
    desk.pull();
    let _serving = Ended(desk.spawn(&["serve", "--listen", "127.0.0.1:0"]));
    desk.server.sql("insert into event (id, case_no) values ('N1', 'TEST-9')");
    wait_until(|| desk.held() == (6, 6));
    // Its case is folded, too.
    wait_until(|| desk.place.number("select count(*) from case_state") == 6);
}

#[test]
fn a_killed_pull_lands_each_row_once() {
    let desk = Desk::new();
    // Each round asks for the rounds of two seconds again: of ten minutes, the default, they would be ever more.
    desk.section(QUERY, "page_rows = 50\noverlap = \"2s\"\n");
    desk.insert(1, 400);
    let (first, took) = timed(|| desk.pull());
    assert_eq!(count(&first, "landed"), 400);
    let mut killing = Killing::new(ROUNDS);
    let (mut versions, mut events) = (400, 400);
    for round in killing.rounds() {
        desk.server.sql(&format!(
            "insert into event (id, case_no) select 'R{round}-' || i, 'TEST-' || i from generate_series(1, 300) i; update \
             event set note = '{round}', changed_at = clock_timestamp() where id in (select id from event where id like 'E%' \
             order by md5(id || '{round}') limit 40)"
        ));
        (versions, events) = (versions + 340, events + 300);
        let mut pulling = desk.spawn(&["pull", "desk", "--once"]);
        std::thread::sleep(killing.below(took));
        pulling.kill().expect("killed");
        pulling.wait().expect("ended");
        killing.assert_ready(&desk.place, &desk.lake());
        // What the killed one had landed is known by now; the ledger tells from where to go on.
        let report = desk.pull();
        let [records, landed, quarantined, known] = counts(&report);
        assert_eq!((quarantined, landed + known), (0, records), "round {round}: {report}");
        assert_eq!(desk.held(), (versions, events), "round {round}");
        let newest = desk.place.number(&format!("select count(*) from workflow_event where decision = '{round}'"));
        assert_eq!(newest, 40, "round {round}");
        killing.tidy(&desk.place, round);
    }
    killing.verify(&desk.place);
    let (all, distinct) = ("select count(*) from card_all", "select count(distinct card_id) from card_all");
    assert_eq!(desk.place.number(all), desk.place.number(distinct));
    assert_eq!(
        desk.place.number("select count(*) from case_state"),
        desk.place.number("select count(distinct case_no) from workflow_event")
    );
}

fn wait_until(is_so: impl Fn() -> bool) {
    let is_so_soon = (0..120).any(|_| {
        std::thread::sleep(Duration::from_millis(500));
        is_so()
    });
    assert!(is_so_soon, "not within a minute");
}
