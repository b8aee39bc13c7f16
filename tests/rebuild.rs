//! A lake fed in random pieces and in random order is the lake fed at once: states, cards, sums, and
//! what they were at past instants, with records that are taken back and come again.
//! `SUNLAKE_SEED=n` repeats a run.

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::feeds::{Random, lines, seeded, write};
use crate::support::{Place, text};

/// Pieces that the registrations, and the events, are cut into.
const PIECES: [usize; 2] = [3, 7];
/// Columns of the event file, in the order in which `tale` writes them.
const WRITTEN: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,\
    decision,close_result,occurred_at,recorded_at,stop_id,stop_kind,basis,approved_length,approved_unit,approved_at,\
    applicant_notified_at,extension_wd,to_village,to_org";

/// A made-up event more of a case of the sample: so many days after an event of it, and recorded
/// again some days later, or within the hour. `more` is the last ten columns.
fn tale(id: &str, case_no: &str, kind: &str, told: DateTime, (days, late): (usize, usize), more: &str) -> String {
    let at = told.saturating_add((days as i64).days());
    let recorded = at.saturating_add((late as i64).days()).saturating_add(9.minutes());
    let [at, recorded] = [at, recorded].map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    format!("{id},{case_no},90,{kind},,,,P9,COUNTY_HANDLER,450521-MZ,,,{at},{recorded},{more}")
}

/// What the sample has little of: extensions, suspensions that nobody ends, reopened cases, closings
/// that come late, and contradictions. Each is of some case, some days after its acceptance or end.
fn tales(events: &[String], random: &mut Random) -> Vec<String> {
    let mut told = Vec::new();
    for (number, line) in events.iter().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let (case_no, kind) = (fields[1], fields[3]);
        let at: DateTime = fields[12].parse().expect("a time");
        let id = format!("TALE-{number}");
        let (days, late) = (random.below(15), if random.below(3) == 0 { 2 + random.below(6) } else { 0 });
        let notice = format!("S-{number},PUBLIC_NOTICE,rule 9,{},CD,", 1 + random.below(9));
        let day = at.saturating_add((days as i64).days()).strftime("%Y-%m-%d");
        let (new, more) = match (kind, random.below(12)) {
            ("ACCEPT", 0..3) => ("EXTEND", format!(",,,,,,,{},,", 1 + random.below(10))),
            ("ACCEPT", 3..5) => ("STOP", format!("{notice}{day} 08:00:00,{day} 09:00:00,,,")),
            ("ACCEPT", 5) => ("STOP", format!("S-{number},OTHER_STATUTORY,,5,WD,,,,,")),
            ("ACCEPT", 6) => ("WITHDRAW", ",,,,,,,,,".to_owned()),
            ("ACCEPT", 7) => ("CLOSE", ",,,,,,,,,".to_owned()),
            ("ACCEPT", 8) => ("RESUME", ",,,,,,,,,".to_owned()),
            ("CLOSE", 0..3) => ("REOPEN", ",,,,,,,,,".to_owned()),
            ("CLOSE", 3) => ("DELIVER", ",,,,,,,,,".to_owned()),
            ("RECEIVE", 0) => ("NOT_ACCEPT", ",,,,,,,,,".to_owned()),
            ("RECEIVE", 1) => ("CORRECTION_NOTICE", ",,,,,,,,,".to_owned()),
            _ => continue,
        };
        told.push(tale(&id, case_no, new, at, (days, late), &more));
    }
    told
}

/// Every seventeenth record is taken back some days after it was entered, and some of these are told
/// again after that. The last column says so.
fn taken_back(header: &str, lines: &[String], random: &mut Random) -> Vec<String> {
    let place = header.split(',').position(|name| name == "recorded_at").expect("recorded_at");
    let mut told = Vec::new();
    for line in lines.iter().skip(random.below(17)).step_by(17) {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        let entered: DateTime = fields[place].parse().expect("a time");
        let days = 1 + random.below(20);
        for (days, is_gone) in [(days, true), (days + 1 + random.below(20), false)] {
            let entered = entered.saturating_add((days as i64).days()).saturating_add(7.minutes());
            fields[place] = entered.strftime("%Y-%m-%d %H:%M:%S").to_string();
            *fields.last_mut().expect("is_deleted") = is_gone.to_string();
            told.push(fields.join(","));
            if random.below(3) > 0 {
                break;
            }
        }
    }
    told
}

/// Lands a file; its cases are left for the next to work out, or not.
fn land(place: &Place, mapping: &str, file: &Path, is_left: bool) {
    let args = ["ingest", mapping, text(file), "--no-derive"];
    place.run(&args[..if is_left { 4 } else { 3 }]);
}

#[test]
fn a_lake_fed_in_random_pieces_is_the_lake_fed_at_once() {
    let (seed, mut random) = seeded();
    let (whole, pieces) = (Place::new(), Place::new());
    let out = whole.dir.path().join("exports");
    let sample_seed = random.below(1000).to_string();
    whole.run(&["sample", "--out", text(&out), "--villages", "3", "--scale", "0.05", "--seed", &sample_seed]);
    let mut batches = Vec::new();
    for (mapping, count) in ["workflow_case", "workflow_event"].into_iter().zip(PIECES) {
        let (name, header, mut lines) = lines(&out, mapping);
        if mapping == "workflow_event" {
            assert_eq!(header, WRITTEN, "the sample has other columns: mend this test");
            lines.extend(tales(&lines, &mut random));
        }
        let header = format!("{header},is_deleted");
        lines.iter_mut().for_each(|line| line.push(','));
        lines.extend(taken_back(&header, &lines, &mut random));
        let file = write(&whole, "whole", &name, &header, &lines);
        land(&whole, mapping, &file, mapping == "workflow_case");
        random.shuffle(&mut lines);
        let mut hands = vec![Vec::new(); count];
        lines.into_iter().for_each(|line| hands[random.below(count)].push(line));
        for (at, hand) in hands.iter().enumerate() {
            batches.push((mapping, write(&pieces, &format!("{mapping}-{at}"), &name, &header, hand)));
        }
    }
    random.shuffle(&mut batches);
    for (at, (mapping, file)) in batches.iter().enumerate() {
        let is_left = at + 1 < batches.len() && random.below(3) == 0;
        land(&pieces, mapping, file, is_left);
    }
    for kind in ["EXTEND", "STOP", "REOPEN"] {
        let sql = format!("select count(*) from workflow_event where event_type = '{kind}'");
        assert!(whole.number(&sql) > 0, "seed {seed}: no {kind}");
    }
    for table in ["workflow_case", "workflow_event"] {
        let gone = format!("select count(*) from {table}_history where is_deleted");
        assert!(whole.number(&gone) > 0, "seed {seed}: nothing of {table} is taken back");
    }
    let late = "select count(*) from workflow_event where recorded_at - occurred_at > interval '24 hours'";
    assert!(whole.number(late) > 0, "seed {seed}: nothing late");
    let present = "2023-09-13T15:42".to_owned();
    let mut past = || format!("2023-{:02}-{:02}T{:02}:30", 1 + random.below(8), 1 + random.below(28), random.below(24));
    for (at, as_of) in [present, past(), past(), past()].iter().enumerate() {
        let mut asked = vec!["select * from case_state order by case_no", "select * from card_all order by card_id"];
        if at == 0 {
            asked.extend([
                "select * from village_day where received <> 0 or accepted <> 0 or closed <> 0 or due <> 0
                    order by village_code, day",
                "select * from village_item_month order by month, village_code, item_id",
                "select * from org_item_day order by day, org_code, item_id",
                "select * from handling_hist
                    order by grain, month, village_code, org_code, item_id, is_instant, used_days_tenths",
                "select count(*) from workflow_event_history",
                "select count(*) from workflow_case_history",
            ]);
        }
        for sql in asked {
            let ask = |place: &Place| place.run(&["query", sql, "--format", "csv", "--as-of", as_of]);
            let (left, right) = (ask(&whole), ask(&pieces));
            let differs = left.lines().zip(right.lines()).find(|(left, right)| left != right);
            assert!(left.lines().count() > 1 && left == right, "seed {seed}, as of {as_of}: {sql}: {differs:?}");
        }
    }
}

/// A rule of another kind than before: hours, steps and stops of an item, a policy, or a day off that is made
/// known late. The words are those after `reference put`.
fn put_a_rule(place: &Place, at: usize, random: &mut Random) {
    let (table, text_of_rows) = match random.below(4) {
        0 => {
            let hours = ["09:00-12:00;13:30-17:30", "08:00-12:00;15:00-18:00", "08:30-11:30;14:00-18:00"];
            let hours = hours[random.below(3)];
            ("office_hours", format!("region,valid_from,weekday_windows\nGX,2000-01-01,{hours}\n"))
        }
        1 => {
            let mut rows = String::new();
            for item in 1..=74 {
                let (first, second) = (1 + random.below(3), 1 + random.below(4));
                let kinds = ["", "PUBLIC_NOTICE", "PUBLIC_NOTICE;SITE_SURVEY;OTHER_STATUTORY"][random.below(3)];
                let steps = format!("V|村级受理:{first};T|镇级初审:{second}");
                let most = random.below(9);
                rows += &format!("SI{item:03},1,item {item},8,WD,20,WD,{most},{kinds},{steps},true,2016-10-01\n");
            }
            let head = "item_id,version,name,promised_limit,promised_unit,statutory_limit,statutory_unit,\
                        max_extension_days,allowed_stop_kinds,flow_steps,certificate,valid_from";
            ("service_item", format!("{head}\n{rows}"))
        }
        2 => {
            let exported = place.run(&["reference", "export", "sla_policy"]);
            let line = exported.lines().find(|line| line.starts_with("BEIHAI_2,1,")).expect("BEIHAI_2");
            let fiftieths = [30, 40, 45][random.below(3)];
            let from = line.find("\"\"yellow\"\"").expect("a level");
            let end = from + line[from..].find('}').expect("its end");
            let yellow =
                format!("\"\"yellow\"\":{{\"\"mode\"\":\"\"USED_RATIO\"\",\"\"num\"\":{fiftieths},\"\"den\"\":50");
            let line = format!("{}{yellow}{}", &line[..from], &line[end..]);
            ("sla_policy", format!("policy,version,region,official,valid_from,valid_to,body\n{line}\n"))
        }
        _ => {
            let (month, day) = (1 + random.below(8), 1 + random.below(28));
            let head = "region,date,is_workday,kind,name,version,known_from";
            let known = format!("2023-{:02}-{:02}", 1 + random.below(9), 1 + random.below(28));
            let row = format!("GX,2023-{month:02}-{day:02},false,REGIONAL_HOLIDAY,storm {at},GX {at},{known}");
            ("calendar_day", format!("{head}\n{row}\n"))
        }
    };
    let file = place.file("rule.csv", text_of_rows);
    place.run(&["reference", "put", table, text(&file)]);
}

#[test]
fn what_cases_were_judged_by_is_the_same_when_all_are_folded_again() {
    let (seed, mut random) = seeded();
    let place = Place::new();
    let out = place.dir.path().join("exports");
    let sample_seed = random.below(1000).to_string();
    place.run(&["sample", "--out", text(&out), "--villages", "3", "--scale", "0.05", "--seed", &sample_seed]);
    let mut batches = Vec::new();
    for (mapping, count) in ["workflow_case", "workflow_event"].into_iter().zip([2, 4]) {
        let (name, header, mut lines) = lines(&out, mapping);
        if mapping == "workflow_event" {
            lines.extend(tales(&lines, &mut random));
        }
        let header = format!("{header},is_deleted");
        lines.iter_mut().for_each(|line| line.push(','));
        lines.extend(taken_back(&header, &lines, &mut random));
        random.shuffle(&mut lines);
        for (at, hand) in lines.chunks(lines.len().div_ceil(count)).enumerate() {
            batches.push((mapping, write(&place, &format!("{mapping}-{at}"), &name, &header, hand)));
        }
    }
    random.shuffle(&mut batches);
    for (at, (mapping, file)) in batches.iter().enumerate() {
        land(&place, mapping, file, random.below(3) == 0);
        put_a_rule(&place, at, &mut random);
    }
    let ask = |as_of: &str| {
        let states = "select * from case_state order by case_no";
        // Which run an earlier one has kept a card for is no matter.
        let cards = "select * from card_all order by card_id";
        [states, cards].map(|sql| place.run(&["query", sql, "--format", "csv", "--as-of", as_of]))
    };
    place.run(&["derive"]);
    let instants = ["2023-05-10T12:00", "2023-09-13T15:42", "2099-01-01T00:00"];
    let before = instants.map(ask);
    assert!(place.number("select count(*) from card_all where cancel_reason = 'RULES_CHANGED'") > 0, "seed {seed}");
    place.run(&["derive", "--full"]);
    for ((before, after), as_of) in before.iter().zip(instants.map(ask)).zip(instants) {
        for (left, right) in before.iter().zip(&after) {
            let alone = |one: &str, other: &str| {
                let others: std::collections::HashSet<&str> = other.lines().collect();
                one.lines().filter(|line| !others.contains(line)).take(3).map(str::to_owned).collect::<Vec<_>>()
            };
            let (gone, come) = (alone(left, right), alone(right, left));
            assert!(left == right, "seed {seed}, as of {as_of}: was {gone:#?}, is {come:#?}");
        }
    }
}
