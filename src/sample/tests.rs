use std::collections::BTreeSet;

use super::days::{OFFICE, civil, day_number};
use super::record::{Detail, EventType, Outcome, SampleEvent};
use super::table::Tables;
use super::write::write_history;
use super::*;

fn small() -> Sample {
    let config = SampleConfig { villages: Some(5), scale: 0.1, ..SampleConfig::default() };
    Sample::new(config).unwrap()
}

fn files(sample: &Sample) -> (Vec<u8>, Vec<u8>) {
    let mut tables = Tables::new(Vec::new(), Vec::new()).unwrap();
    write_history(sample, &mut tables, &mut |_| Ok(()), &mut |_| {}).unwrap();
    tables.finish().unwrap()
}

/// The values of some columns, joined.
fn column(file: &[u8], names: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().unwrap().clone();
    let index = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let indexes: Vec<usize> = names.split(',').map(index).collect();
    let joined = |record: csv::StringRecord| indexes.iter().map(|index| &record[*index]).collect::<Vec<_>>().join(" ");
    reader.records().map(|record| joined(record.unwrap())).collect()
}

fn whole_life(sample: &Sample) -> Vec<SampleCase> {
    sample
        .exported_days()
        .flat_map(|day| (0..sample.villages()).map(move |village| (village, day)))
        .flat_map(|(village, day)| sample.cases_on(village, day))
        .collect()
}

#[test]
fn the_same_configuration_gives_the_same_bytes() {
    let (left, right) = (files(&small()), files(&small()));
    assert!(left.0.len() > 100_000 && left.1.len() > 100_000);
    assert!(left == right);
}

#[test]
fn a_village_is_the_same_in_a_larger_sample() {
    let (few, more) = (small(), SampleConfig { villages: Some(40), scale: 0.1, ..Default::default() });
    let more = Sample::new(more).unwrap();
    let same = more.sites.iter().position(|site| site.code == few.sites[1].code).unwrap();
    let date = Date::constant(2023, 5, 16);
    let numbers = |sample: &Sample, village: usize| -> Vec<(String, i64)> {
        let cases = sample.cases_received_on(village, date);
        cases.into_iter().map(|case| (case.case_no, case.recorded_at)).collect()
    };
    assert_eq!(numbers(&few, 1), numbers(&more, same));
}

#[test]
fn events_are_in_order_and_recorded_after_they_occurred() {
    for case in whole_life(&small()) {
        assert!(case.events.iter().all(|event| event.recorded_at >= event.occurred_at));
        assert!(case.events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        assert!(case.events.is_sorted_by_key(|event| event.occurred_at));
        assert!(case.events.is_sorted_by_key(|event| event.recorded_at));
        // What has been granted is delivered after its closing.
        let last = case.events.last().unwrap();
        assert!(matches!(last.event_type, EventType::Close | EventType::NotAccept | EventType::Deliver));
        assert_eq!(case.applicant_id.len(), 18);
    }
}

#[test]
fn files_stop_at_the_present_and_the_feed_goes_on() {
    let sample = small();
    let (cases, events) = files(&sample);
    let present = "2023-09-13 15:42:00";
    assert!(column(&events, "recorded_at").iter().all(|time| time.as_str() <= present));
    assert!(column(&cases, "recorded_at").iter().all(|time| time.as_str() <= present));

    let items = feed(&sample, DateTime::constant(2024, 10, 1, 0, 0, 0, 0));
    assert!(items.is_sorted_by_key(|item| item.recorded_at));
    let (more_cases, more_events) = feed_csv(&items).unwrap();
    // A registration comes again with its certificate, so a case number alone may come twice.
    for (name, before, after) in [("case_no,data_version", &cases, &more_cases), ("event_id", &events, &more_events)] {
        let (before, after) = (column(before, name), column(after, name));
        let all: BTreeSet<&String> = before.iter().chain(&after).collect();
        assert_eq!(all.len(), before.len() + after.len(), "{name} twice");
        let expected: Vec<String> = whole_life(&sample)
            .into_iter()
            .flat_map(|case| match name {
                "case_no,data_version" => {
                    let versions = 1..=1 + u32::from(case.certified_at.is_some());
                    versions.map(|version| format!("{} {version}", case.case_no)).collect::<Vec<String>>()
                }
                _ => (1..=case.events.len()).map(|seq| format!("{}-{seq:02}", case.case_no)).collect(),
            })
            .collect();
        assert!(expected.iter().all(|id| all.contains(id)), "{name} missing");
    }
}

#[test]
fn the_figures_are_about_right() {
    let sample = small();
    let cases = whole_life(&sample);
    let near = |value: usize, low: f64, high: f64| {
        let share = value as f64 / cases.len() as f64;
        assert!((low..high).contains(&share), "{share} is not in {low}..{high}");
    };
    near(sample.estimated_cases() as usize, 0.9, 1.1);
    // Handing on, delivery, corrections and suspensions add one event to the seven of a plain case.
    near(cases.iter().map(|case| case.events.len()).sum(), 7.3, 8.4);
    let closing = |case: &SampleCase| case.events.iter().rev().find_map(|event| event.outcome);
    near(cases.iter().filter(|case| closing(case) == Some(Outcome::Granted)).count(), 0.92, 0.98);
    let with = |kind: EventType| cases.iter().filter(|case| first(case, kind).is_some()).count();
    near(with(EventType::Deliver), 0.27, 0.41);
    near(with(EventType::Transfer), 0.32, 0.48);
    near(with(EventType::Stop), 0.03, 0.10);
    near(with(EventType::CorrectionNotice), 0.01, 0.05);
}

fn first(case: &SampleCase, kind: EventType) -> Option<&SampleEvent> {
    case.events.iter().find(|event| event.event_type == kind)
}

#[test]
fn what_is_suspended_goes_on_and_what_is_granted_gets_its_certificate() {
    let mut kinds = BTreeSet::new();
    for case in whole_life(&small()) {
        let resumed = first(&case, EventType::Resume).map(|event| event.occurred_at);
        if let Some(stop) = first(&case, EventType::Stop) {
            let Some(Detail::Stop(terms)) = &stop.detail else { panic!("{}: a stop without terms", case.case_no) };
            kinds.insert(case.item.allowed_stop_kinds[terms.kind].clone());
            assert!(terms.approved_at <= stop.occurred_at && resumed > Some(stop.occurred_at), "{}", case.case_no);
            let close = first(&case, EventType::Close).unwrap();
            assert!(resumed <= Some(close.occurred_at), "{}", case.case_no);
        } else {
            assert_eq!(resumed, None, "{}", case.case_no);
        }
        let delivered = first(&case, EventType::Deliver).map(|event| event.recorded_at);
        assert_eq!(case.certified_at.is_some(), delivered.is_some(), "{}", case.case_no);
        assert!(case.certified_at <= delivered && (delivered.is_none() || case.item.certificate), "{}", case.case_no);
    }
    assert!(kinds.contains("PUBLIC_NOTICE") && kinds.len() > 1, "{kinds:?}");
    let (cases, events) = files(&small());
    let filled = |file: &[u8], names: &str| column(file, names).iter().filter(|value| !value.trim().is_empty()).count();
    assert!(filled(&cases, "result_cert_no") > 0);
    for name in ["stop_id", "stop_kind", "basis", "approved_at", "applicant_notified_at", "to_org"] {
        assert!(filled(&events, name) > 0, "{name}");
    }
}

#[test]
fn registrations_tell_who_applies_what_it_costs_and_how_it_is_handed_over() {
    let (cases, _) = files(&small());
    let values = |name: &str| column(&cases, name).into_iter().collect::<BTreeSet<String>>();
    assert_eq!(values("applicant_type"), BTreeSet::from(["ORG", "PERSON"].map(str::to_owned)));
    let modes = ["", "AGENT", "COUNTER", "COURIER", "ONLINE"].map(str::to_owned);
    assert_eq!(values("delivery_mode"), BTreeSet::from(modes));
    let fees = column(&cases, "fee_due,fee_paid");
    let free = fees.iter().filter(|fees| fees.as_str() == "0.00 0.00").count();
    assert!(free * 100 > fees.len() * 95 && free < fees.len(), "{free} of {} cost nothing", fees.len());
    let types = column(&cases, "applicant_id,applicant_type");
    let types: BTreeSet<&String> = types.iter().collect();
    assert_eq!(types.len(), values("applicant_id").len(), "an applicant is of one type");
}

#[test]
fn office_time_is_workdays_end_to_end() {
    let sample = small();
    let days = &sample.days;
    // Domain §4.1 example 21: 2023-04-21 and the make-up Sunday 04-23 are off in Guangxi.
    let wednesday = day_number(Date::constant(2023, 4, 19));
    assert_eq!(civil(days.after(wednesday, 2)), (2023, 4, 24));
    let (noon, opening) = (wednesday * DAY + 13 * 3_600, wednesday * DAY + 15 * 3_600);
    assert_eq!(days.at(days.office(noon)), opening);
    assert_eq!(days.office(wednesday * DAY + DAY) - days.office(wednesday * DAY), OFFICE);
    for date in [Date::constant(1970, 1, 1), Date::constant(2024, 2, 29), Date::constant(2023, 12, 31)] {
        assert_eq!(days::datetime(day_number(date) * DAY).date(), date);
    }
}
