//! Rules as data: a calendar, a policy or an item that a city edits folds the open cases again.

use crate::support::{Place, make_older_clock, text};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
promised_limit = "limit"
promised_unit = { value = "WD" }
item_id = "item"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;

const EVENTS_ALONE: &str = r#"
system = "hall"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;

/// A lake with `case,limit,item,type,at` rows; accepted Mon 2018-03-05 with N = 5, due 03-12.
pub fn lake(rows: &[&str]) -> Place {
    let place = Place::new();
    let mapping = MAPPING
        .replace("[[output]]\ntable = \"workflow_case\"", "case_key = \"case\"\n[[output]]\ntable = \"workflow_case\"");
    let mapping = place.file("hall.toml", mapping);
    let file = place.file("hall.csv", format!("case,limit,item,type,at\n{}\n", rows.join("\n")));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

/// Status and due date of a case as of then.
pub fn state(place: &Place, case: &str, as_of: &str) -> String {
    let sql = format!("select status || coalesce(' ' || due_on, '') as s from case_state where case_no = '{case}'");
    let rows = place.json(&["query", &sql, "--as-of", as_of]);
    rows[0]["s"].as_str().unwrap_or_default().to_owned()
}

/// `case object level cycle condition cancelled_by` of every official card, by case and instant.
pub fn cards(place: &Place) -> Vec<String> {
    let sql = "select case_no, object_type, level, cycle, cast(condition_at as varchar) as c, cast(issued_at as varchar) as i, \
               coalesce(cancel_reason, '') as r from card order by case_no, issued_at, condition_at, level";
    let rows = place.json(&["query", sql]);
    let told = rows.as_array().expect("rows").iter().map(|row| {
        let part = |name: &str| row[name].as_str().expect(name).trim_end_matches("+08:00").to_owned();
        let line =
            [part("case_no"), part("level"), row["cycle"].to_string(), part("c"), part("i"), part("r")].join(" ");
        line.trim_end().to_owned()
    });
    told.collect()
}

#[test]
fn a_notice_that_comes_late_cancels_the_cards_that_it_proves_wrong() {
    let place =
        lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "B,5,,ACCEPT,2018-03-05 10:00:00", "B,5,,CLOSE,2018-03-13 09:00:00"]);
    let before = cards(&place);
    assert_eq!(before[0], "A YELLOW 1 2018-03-12T08:00:00 2018-03-12T08:00:00");
    assert_eq!(before[1], "A RED 1 2018-03-13T00:00:00 2018-03-13T00:00:00");
    // Fri 03-09 was off, says a notice of 03-20.
    let head = "region,date,is_workday,kind,name,version,known_from\n";
    let day = "GX,2018-03-09,false,REGIONAL_HOLIDAY,storm,GX storm";
    let undated = place.file("undated.csv", format!("{head}{day},\n"));
    assert!(place.fails(1, &["reference", "put", "calendar_day", text(&undated)]).contains("known_from"));
    let file = place.file("storm.csv", format!("{head}{day},2018-03-20\n"));
    let plan = place.json(&["reference", "put", "calendar_day", text(&file), "--dry-run"]);
    assert_eq!((plan["cases"].as_i64(), plan["due_dates"].as_i64()), (Some(2), Some(1)), "{plan}");
    assert_eq!(plan["due"][0]["case_no"], "A");
    assert_eq!(cards(&place), before, "a dry run changes nothing");
    place.run(&["reference", "put", "calendar_day", text(&file)]);
    assert_eq!(
        cards(&place)[..4],
        [
            "A YELLOW 1 2018-03-12T08:00:00 2018-03-12T08:00:00 CALENDAR_CHANGED",
            "A RED 1 2018-03-13T00:00:00 2018-03-13T00:00:00 CALENDAR_CHANGED",
            "A YELLOW 2 2018-03-13T08:00:00 2018-03-20T00:00:00",
            "A RED 2 2018-03-14T00:00:00 2018-03-20T00:00:00",
        ]
    );
    // The closed case keeps what it was judged by.
    assert_eq!(cards(&place)[4..], before[2..]);
    let told = place.run(&["explain", "A"]);
    assert!(told.contains("2018-03-09 Fri  not worked         REGIONAL_HOLIDAY storm"), "{told}");
    let kept = place.run(&["explain", "B"]);
    assert!(kept.contains("2018-03-09 Fri  day 4              NORMAL\n"), "by the calendar that judged it: {kept}");
    assert!(kept.contains("used 6 working days begun") && !kept.contains("storm"), "{kept}");
    let past = place.json(&["explain", "A", "--as-of", "2018-03-15"]);
    assert_eq!(past["due_on"], "2018-03-12", "what was known by then");
    assert_eq!(place.number("select count(*) from card where is_net and object_type = 'CASE' and case_no = 'A'"), 1);
}

#[test]
fn a_year_that_becomes_known_gives_the_cards_that_were_withheld() {
    // 500 working days reach into 2027, 5 of 2020 do not ask what is known of other years.
    let place = lake(&["A,500,,ACCEPT,2025-03-03 10:00:00", "B,5,,ACCEPT,2020-03-23 10:00:00"]);
    let year = |region: &str, year: i32, more: &[&str]| {
        let sql = format!("select status from calendar_year where region = '{region}' and year = {year}");
        let told = place.json(&[&["query", sql.as_str()][..], more].concat());
        told[0]["status"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!([2020, 2026, 2027].map(|of| year("GX", of, &[])), ["KNOWN", "KNOWN", "PROVISIONAL"]);
    let regional = "select count(*) from calendar_day where region = 'GX' and kind = 'REGIONAL_HOLIDAY' and \
                    date between '2020-01-01' and '2020-12-31'";
    assert_eq!(place.number(regional), 0, "Guangxi has no day of its own in 2020");
    let withheld = "select count(*) from card_all where is_official and case_no = 'A'";
    let provisional = "select count(*) from case_state where is_provisional";
    let incidents = "select count(*) from data_incident where region = 'GX' and year = 2027 and open_cases = 1";
    assert_eq!([withheld, provisional, incidents].map(|sql| place.number(sql)), [0, 1, 1]);
    assert_eq!(place.number("select count(*) from card_all where is_official and case_no = 'B'"), 2);
    let head = "region,year,status,source_doc,known_from\n";
    let put = |row: &str| place.file("year.csv", format!("{head}{row}\n"));
    for (row, told) in [
        ("GX,2027,KNOWN,a notice,", "known_from"),
        ("GX,2027,Known,a notice,2025-06-02", "neither KNOWN nor PROVISIONAL"),
        ("GX,70000,KNOWN,a notice,2025-06-02", "there is no year 70000"),
    ] {
        let message = place.fails(1, &["reference", "put", "calendar_year", text(&put(row))]);
        assert!(message.contains(told), "{message}");
    }
    let file = put("GX,2027,KNOWN,a notice,2025-06-02");
    let message = place.fails(1, &["reference", "put", "calendar_year", text(&file)]);
    assert!(message.contains("GX 2027") && message.contains("no holiday of GX in 2027"), "{message}");
    let day =
        "region,date,is_workday,kind,name,version,known_from\nGX,2027-10-01,false,HOLIDAY,国庆节,GX 2027,2025-06-02\n";
    place.run(&["reference", "put", "calendar_day", text(&place.file("day.csv", day))]);
    let plan = place.json(&["reference", "put", "calendar_year", text(&file), "--dry-run"]);
    assert_eq!((plan["cards_appear"].as_i64(), plan["due_dates"].as_i64()), (Some(2), Some(0)), "{plan}");
    place.run(&["reference", "put", "calendar_year", text(&file)]);
    assert_eq!([withheld, provisional, incidents].map(|sql| place.number(sql)), [2, 0, 0]);
    assert_eq!((year("GX", 2027, &[]), year("CN", 2027, &[])), ("KNOWN".to_owned(), "PROVISIONAL".to_owned()));
    assert_eq!(year("GX", 2027, &["--as-of", "2025-06-01"]), "PROVISIONAL", "as it was known then");
    let exported = place.run(&["reference", "export", "calendar_year"]);
    assert!(exported.starts_with(head) && exported.contains("GX,2027,KNOWN,a notice,2025-06-02\n"), "{exported}");
    assert!(exported.contains("GX,2027,PROVISIONAL,"), "what was said before stays");
}

#[test]
fn a_notice_judges_what_was_open_when_it_came_whenever_it_is_worked_in() {
    let place =
        lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "C,5,,ACCEPT,2018-03-05 10:00:00", "C,5,,CLOSE,2018-03-22 09:00:00"]);
    let head = "region,date,is_workday,kind,name,version,known_from\n";
    let storm = format!("{head}GX,2018-03-09,false,REGIONAL_HOLIDAY,storm,GX storm,2018-03-20\n");
    let file = place.file("storm.csv", storm);
    place.run(&["reference", "put", "calendar_day", text(&file)]);
    // What is exported says nothing new when it is put again, whether it has a notice or not.
    let rows = place.number("select count(*) from calendar_day");
    let exported = place.file("days.csv", place.run(&["reference", "export", "calendar_day"]));
    let plan = place.json(&["reference", "put", "calendar_day", text(&exported), "--dry-run"]);
    assert_eq!((plan["cards_appear"].as_i64(), plan["due_dates"].as_i64()), (Some(0), Some(0)), "{plan}");
    place.run(&["reference", "put", "calendar_day", text(&exported)]);
    assert_eq!(place.number("select count(*) from calendar_day"), rows);
    for case in ["A", "C"] {
        assert_eq!(state(&place, case, "2018-03-13T12:00"), "OVERDUE_OPEN 2018-03-12", "{case}: nobody knew");
        assert_eq!(state(&place, case, "2018-03-21T12:00"), "OVERDUE_OPEN 2018-03-13", "{case}");
    }
    assert_eq!(state(&place, "C", "2018-04-01"), "CLOSED_OVERDUE 2018-03-13");
    let told = place.run(&["derive", "--full", "--dry-run"]);
    assert!(told.contains("due dates that move 0; cards that appear 0, vanish 0, move 0"), "{told}");
}

#[test]
fn a_registered_case_waits_for_its_first_event_also_when_that_is_known() {
    let place = Place::new();
    let only =
        MAPPING.split("[[output]]").take(2).collect::<Vec<_>>().join("[[output]]").replace("per = \"case\"\n", "");
    let mapping = place.file("desk.toml", only.replace("item_id = \"item\"\n", ""));
    let registered = place.file("desk.csv", "case,limit,at\nP,5,2018-03-05 09:00:00\n");
    place.run(&["ingest", text(&mapping), text(&registered)]);
    assert_eq!(state(&place, "P", "2018-03-06"), "NOT_STARTED");
    let events = place.file("event.toml", format!("[source]{EVENTS_ALONE}"));
    let file = place.file("event.csv", "case,type,at\nP,ACCEPT,2018-03-07 09:00:00\n");
    place.run(&["ingest", text(&events), text(&file)]);
    assert_eq!(state(&place, "P", "2018-03-06"), "NOT_STARTED", "as it was");
    assert_eq!(state(&place, "P", "2018-03-08"), "RUNNING 2018-03-14");
    assert_eq!(state(&place, "P", "2018-03-04"), "");
}

#[test]
fn a_policy_of_the_citys_own_judges_from_its_day_on() {
    let place = lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "B,5,,ACCEPT,2018-04-09 10:00:00"]);
    let exported = place.run(&["reference", "export", "sla_policy"]);
    let mut reader = csv_rows(&exported);
    let ours = reader.iter_mut().find(|row| row[0] == "BEIHAI_2").expect("BEIHAI_2");
    ours[1] = "2".into();
    ours[4] = "2018-04-01".into();
    let (ratio, half) = ([r#""num":4"#, r#""den":5"#], [r#""num":1"#, r#""den":2"#]);
    ours[6] = ours[6].replace(": ", ":").replace(ratio[0], half[0]).replace(ratio[1], half[1]);
    assert!(ours[6].contains(half[0]), "{}", ours[6]);
    let file = |row: &[String]| {
        let line: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let head = "policy,version,region,official,valid_from,valid_to,body";
        place.file("ours.csv", format!("{head}\n{}\n", line.join(",")))
    };
    place.run(&["reference", "put", "sla_policy", text(&file(&ours[..]))]);
    // Another official one from the same day on: which of them judges?
    ours[0] = "OURS".into();
    ours[1] = "1".into();
    let message = place.fails(1, &["reference", "put", "sla_policy", text(&file(&ours[..]))]);
    let both = "OURS version 1 and BEIHAI_2 version 2 are both official for region GX from 2018-04-01 on";
    assert!(message.contains(both), "{message}");
    ours[3] = "false".into();
    place.run(&["reference", "put", "sla_policy", text(&file(&ours[..]))]);
    let yellow = |case: &str| place.json(&["explain", case])["yellow_at"].clone();
    assert_eq!(yellow("A"), "2018-03-12T00:00:00Z", "08:00 there, by the policy of its day");
    // Half of 35 hours from 04-10 on: 2.5 days, on 04-12 at 11:30 there.
    assert_eq!(yellow("B"), "2018-04-12T03:30:00Z");
    let wrong = place.file("wrong.csv", "policy,version,region,official,valid_from,body\nX,1,GX,true,2018-01-01,{}\n");
    assert!(place.fails(1, &["reference", "put", "sla_policy", text(&wrong)]).contains("sla_policy"));
}

#[test]
fn a_parameter_of_the_metrics_counts_from_its_day_on() {
    let place = lake(&["A,5,,ACCEPT,2018-03-05 10:00:00"]);
    let head = "key,value,valid_from,source\n";
    let file = place.file("white.csv", format!("{head}visits_white_items,SI001;SI002,2018-04-01,city\n"));
    let told = place.run(&["reference", "put", "metric_parameter", text(&file)]);
    assert!(told.contains("1 row put into metric_parameter; 0 cases folded again"), "{told}");
    let white = |from: &str, to: &str| {
        let rows = place.json(&["metric", "M12", "--from", from, "--to", to]);
        (rows["rows"][0]["white_item_n"].as_i64(), rows["rows"][0]["item_n"].as_i64())
    };
    assert_eq!(white("2018-03-01", "2018-04-01"), (Some(0), Some(74)));
    assert_eq!(white("2018-04-01", "2018-05-01"), (Some(2), Some(72)));
    for (row, told) in [
        ("white_items,SI001,2018-04-01,city\n", "no metric asks for \"white_items\"; there are anomaly_"),
        ("compare_min_n,many,2018-04-01,city\n", "compare_min_n cannot be \"many\": give a number, 0 or more"),
    ] {
        let file = place.file("wrong.csv", format!("{head}{row}"));
        let message = place.fails(1, &["reference", "put", "metric_parameter", text(&file)]);
        assert!(message.contains(told), "{message}");
    }
}

/// Records of a CSV text without its header.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    for sign in text.chars() {
        let row = rows.last_mut().expect("a row");
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().expect("a cell").push(sign),
        }
        // A doubled quotation mark leaves and enters again: it stands for one.
        if sign == '"' && quoted {
            let cell = rows.last_mut().and_then(|row| row.last_mut()).expect("a cell");
            if !cell.is_empty() {
                cell.push('"');
            }
        }
    }
    rows.into_iter().skip(1).filter(|row| row.len() > 1).collect()
}

#[test]
fn a_full_rebuild_changes_nothing() {
    let place = lake(&[
        "A,5,SI001,ACCEPT,2018-03-05 10:00:00",
        "B,0,,ACCEPT,2018-04-09 10:00:00",
        "B,0,,CLOSE,2018-04-09 11:00:00",
    ]);
    let plan = place.json(&["derive", "--full", "--dry-run"]);
    let counts = ["due_dates", "cards_appear", "cards_vanish", "cards_move"].map(|count| plan[count].as_i64());
    assert_eq!((plan["cases"].as_i64(), counts), (Some(2), [Some(0); 4]), "{plan}");
    let before = cards(&place);
    place.run(&["derive", "--full"]);
    assert_eq!(cards(&place), before);
    assert_eq!(place.number("select cast(sum(accepted) as bigint) from village_day"), 2);
    assert_eq!(place.number("select count(*) from case_state"), 2);
}

#[test]
fn an_item_whose_steps_do_not_fit_is_not_published() {
    let place = lake(&["A,5,SI001,ACCEPT,2018-03-05 10:00:00"]);
    let head = "item_id,version,name,case_kind,promised_limit,promised_unit,statutory_limit,statutory_unit,flow_steps,certificate,valid_from\n";
    for (row, told) in [
        ("X1,1,x,PROMISED,5,WD,20,WD,V|a:1;T|b:5,false,2018-01-01", "sum to 6 WD"),
        ("X1,1,x,PROMISED,25,WD,20,WD,V|a:1,false,2018-01-01", "longer than the statute"),
        ("X1,1,x,PROMISED,5,WD,20,WD,a-b,false,2018-01-01", "flow_steps"),
    ] {
        let file = place.file("item.csv", format!("{head}{row}\n"));
        let message = place.fails(1, &["reference", "put", "service_item", text(&file)]);
        assert!(message.contains(told), "{message}");
    }
    let file = place.file("item.csv", format!("{head}X1,1,x,PROMISED,6,WD,20,WD,V|a:1;T|b:5,false,2018-01-01\n"));
    place.run(&["reference", "put", "service_item", text(&file)]);
    assert_eq!(place.number("select count(*) from service_item where item_id = 'X1'"), 1);
}

#[test]
fn another_version_of_the_clock_takes_over_with_consent_only() {
    let place = lake(&["A,5,,ACCEPT,2018-03-05 10:00:00"]);
    let before = cards(&place);
    make_older_clock(&place);
    let refused = place.fails(1, &["derive"]);
    assert!(refused.contains("version 1 of the clock") && refused.contains("--accept-engine"), "{refused}");
    let plan = place.json(&["derive", "--dry-run"]);
    assert_eq!((plan["cases"].as_i64(), plan["cards_move"].as_i64()), (Some(1), Some(0)), "{plan}");
    place.run(&["derive", "--accept-engine"]);
    assert_eq!(cards(&place), before);
    assert!(place.run(&["derive"]).contains("nothing to do"));
}
