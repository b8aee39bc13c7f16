use analytics::CaseExplanation;
use analytics::sla::{DayLine, DayRole, Mark};
use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Shared;
use crate::output::say;

pub async fn run(shared: &Shared, case_no: &str) -> Result<()> {
    let session = shared.session().await?;
    let Some(case) = session.explain(case_no).await? else {
        bail!("nothing is known of case {case_no} as of {}", local(session.as_of(), session.zone()));
    };
    if shared.global.json {
        say!("{}", serde_json::to_string_pretty(&json(&case, session.as_of()))?);
        return Ok(());
    }
    print(&case, session.as_of(), session.zone())
}

fn print(case: &CaseExplanation, as_of: Timestamp, zone: &TimeZone) -> Result<()> {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let at = |instant: Option<Timestamp>| instant.map_or("-".into(), |instant| local(instant, zone));
    let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
    say!("{}  {}  as of {}", case.case_no, case.status, local(as_of, zone));
    say!(
        "item {}  village {}  department {}",
        text(&case.item_id.clone().or(case.item_name.clone())),
        text(&case.village_code),
        text(&case.org_code)
    );
    let limit = clock.limit.map_or("-".into(), |limit| format!("{} {}", limit.n, limit.unit));
    say!("clock PROMISE: {} limit {limit}, start {}, due {}", clock.due, at(clock.started_at), at(clock.due_at));
    say!("  yellow from {}, red from {}", at(clock.yellow_at), at(clock.red_at));
    if let Some(closed) = clock.closed_at {
        say!("  closed {} {}", local(closed, zone), clock.close_result.map_or("", |result| result.as_str()));
    }
    let used = &case.used;
    let (whole, tenth) = (used.used_days_tenths / 10, used.used_days_tenths % 10);
    say!("  used {} working days begun, {whole}.{tenth} by office time", used.used_wd);
    for card in &clock.cards {
        let state = if card.cancelled_at.is_some_and(|cancelled| cancelled <= as_of) { " cancelled" } else { "" };
        let ahead = if card.issued_at > as_of { " (ahead)" } else { "" };
        say!(
            "  card {} condition {}, issued {}{ahead}{state}",
            card.level,
            local(card.condition_at, zone),
            local(card.issued_at, zone)
        );
    }
    for reason in &clock.reasons {
        say!("  remark {reason}");
    }
    say!(
        "policy {} version {}, calendar {}, engine {}; domain §4 points 1-3",
        explanation.policy_name,
        explanation.policy_version,
        explanation.calendar_version,
        explanation.engine_version
    );
    say!("");
    for day in &explanation.days {
        say!("{}", day_line(day));
    }
    say!("");
    for event in &case.events {
        let recorded =
            event.recorded_at.map(|recorded| format!(" recorded {}", local(recorded, zone))).unwrap_or_default();
        let step = event.step_name.as_deref().unwrap_or_default();
        let result = event.close_result.as_deref().unwrap_or_default();
        say!(
            "{}  {:<12} {step}{result} {}{recorded}",
            local(event.occurred_at, zone),
            event.event_type,
            event.org_code.as_deref().unwrap_or_default()
        );
    }
    Ok(())
}

/// One day: date, what it is to the clock, why, and what falls on it.
fn day_line(day: &DayLine) -> String {
    let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        [usize::from(day.date.weekday().to_monday_zero_offset().unsigned_abs())];
    let role = match day.role {
        DayRole::Start => "day 0, not counted".to_owned(),
        DayRole::Counted(number) => format!("day {number}"),
        DayRole::NotWorked => "not worked".to_owned(),
    };
    let name = day.name.as_deref().unwrap_or_default();
    let provisional = if day.provisional { " provisional" } else { "" };
    let marks: Vec<&str> = day.marks.iter().map(|mark: &Mark| mark.as_str()).collect();
    format!("{} {weekday}  {role:<18} {:<16} {name}{provisional} {}", day.date, day.kind.as_str(), marks.join(" "))
        .trim_end()
        .to_owned()
}

fn json(case: &CaseExplanation, as_of: Timestamp) -> serde_json::Value {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let days: Vec<_> = explanation.days.iter().map(|day| {
        let counted = match day.role {
            DayRole::Counted(number) => Some(number),
            DayRole::Start | DayRole::NotWorked => None,
        };
        serde_json::json!({ "date": day.date.to_string(), "counted": counted, "is_start": day.role == DayRole::Start,
            "kind": day.kind.as_str(), "name": day.name, "provisional": day.provisional, "marks": day.marks })
    }).collect();
    let cards: Vec<_> = clock
        .cards
        .iter()
        .map(|card| {
            serde_json::json!({ "level": card.level, "condition_at": card.condition_at, "issued_at": card.issued_at,
            "due_at": card.due_at, "superseded_at": card.superseded_at, "lapsed_at": card.lapsed_at,
            "cancelled_at": card.cancelled_at, "responsible_org": card.responsible })
        })
        .collect();
    let events: Vec<_> = case.events.iter().map(|event| {
        serde_json::json!({ "event_type": event.event_type, "step_name": event.step_name, "org_code": event.org_code,
            "occurred_at": event.occurred_at, "recorded_at": event.recorded_at, "known_at": event.known_at,
            "close_result": event.close_result, "unfolded": event.unfolded })
    }).collect();
    serde_json::json!({
        "case_no": case.case_no, "as_of": as_of, "status": case.status, "item_id": case.item_id, "item_name": case.item_name,
        "village_code": case.village_code, "org_code": case.org_code, "source_system": case.source_system,
        "due_basis": clock.due, "limit": clock.limit, "started_at": clock.started_at,
        "started_on": clock.started_on.map(|date| date.to_string()), "due_on": clock.due_on.map(|date| date.to_string()),
        "due_at": clock.due_at, "yellow_at": clock.yellow_at, "red_at": clock.red_at, "closed_at": clock.closed_at,
        "close_result": clock.close_result, "used_wd": case.used.used_wd, "used_days_tenths": case.used.used_days_tenths,
        "used_office_sec": case.used.used_office_sec, "provisional": clock.provisional, "reasons": clock.reasons,
        "policy": explanation.policy_name, "policy_version": explanation.policy_version,
        "calendar_version": explanation.calendar_version, "engine_version": explanation.engine_version,
        "days": days, "cards": cards, "events": events,
    })
}

/// Local time to the second; the end of a day as 24:00.
fn local(instant: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(instant);
    if time.hour() == 23 && time.minute() == 59 && time.second() == 59 && time.subsec_nanosecond() >= 999_999_000 {
        return format!("{} 24:00", time.date());
    }
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
