use analytics::CaseExplanation;
use analytics::sla::{Card, Clock, ClockKind, DueBasis, StartKind, StepClock, Suspension};
use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Shared;
use crate::output::say;

mod days;
mod json;

pub async fn run(shared: &Shared, case_no: &str) -> Result<()> {
    let session = shared.session().await?;
    let Some(case) = session.explain(case_no).await? else {
        bail!("nothing is known of case {case_no} as of {}", local(session.as_of(), session.zone()));
    };
    if shared.global.json {
        say!("{}", serde_json::to_string_pretty(&json::explanation(&case, session.as_of()))?);
        return Ok(());
    }
    print(&case, session.as_of(), session.zone())
}

fn print(case: &CaseExplanation, as_of: Timestamp, zone: &TimeZone) -> Result<()> {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
    say!("{}  {}  as of {}", case.case_no, case.status, local(as_of, zone));
    say!(
        "item {}  village {}  department {}",
        text(&case.item_id.clone().or(case.item_name.clone())),
        text(&case.village_code),
        text(&case.org_code)
    );
    if let Some(start) = clock.start {
        let from = if start.from > start.at { format!(" as of {}", local(start.from, zone)) } else { String::new() };
        let why = match start.kind {
            StartKind::Accepted => "accepted",
            StartKind::Corrected => "accepted with the file complete",
            StartKind::Deemed if start.from > as_of => "deemed accepted if nobody answers the receipt before that,",
            StartKind::Deemed => "deemed accepted, nobody having answered the receipt",
        };
        let is_office_time = explanation.days.iter().any(|day| day.office.is_some());
        let counts = if is_office_time { "day 0, its office time counts" } else { "day 0, not counted" };
        say!("start {}: {why}{from} (domain §4 point 1); {counts}", local(start.at, zone));
    }
    for kind in [ClockKind::Promise, ClockKind::Statutory, ClockKind::Village] {
        say!("{}", clock_line(clock.clock(kind), zone));
    }
    if let Some(extension) = clock.extension {
        say!("  extended by {} days, in force from {} (point 7)", extension.days, local(extension.effective_at, zone));
    }
    for stop in &clock.suspensions {
        say!("{}", stop_line(stop, zone));
    }
    if let Some(closed) = clock.closed_at {
        say!("  closed {} {}", local(closed, zone), clock.close_result.map_or("", |result| result.as_str()));
    }
    let used = &case.used;
    let (whole, tenth) = (used.used_days_tenths / 10, used.used_days_tenths % 10);
    let ratio = used.ratio_ppm.map_or("-".into(), |ppm| format!("{}.{} %", ppm / 10_000, ppm % 10_000 / 1_000));
    say!("  used {} working days begun, {whole}.{tenth} days or {ratio} of the limit (point 13)", used.used_wd);
    for step in clock.steps.iter().filter(|step| has_clock(step)) {
        say!("{}", step_line(step, zone));
    }
    for card in &explanation.cards {
        say!("{}", card_line(card, as_of, zone));
    }
    for reason in &clock.reasons {
        say!("  remark {reason}");
    }
    say!(
        "policy {} version {}, calendar {}, engine {}",
        explanation.policy_name,
        explanation.policy_version,
        explanation.calendar_version,
        explanation.engine_version
    );
    say!("");
    for day in &explanation.days {
        say!("{}", days::line(day, zone));
    }
    for (step, days) in clock.steps.iter().zip(&explanation.step_days).filter(|(step, _)| has_clock(step)) {
        say!("");
        say!("step {} {}, day by day", step.key(), step.step_name.as_deref().unwrap_or_default());
        for day in days {
            say!("{}", days::line(day, zone));
        }
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

/// A step with a limit or a due time is told; one without either can be neither late nor near it.
fn has_clock(step: &StepClock) -> bool {
    step.limit.is_some() || step.due_at.is_some()
}

fn clock_line(clock: &Clock, zone: &TimeZone) -> String {
    let at = |instant: Option<Timestamp>| instant.map_or("-".into(), |instant| local(instant, zone));
    let limit = clock.limit.map_or("-".into(), |limit| format!("{} {}", clock.n, limit.unit));
    let rule = match clock.basis {
        DueBasis::Explicit => "the source's own due time, domain §4 point 3",
        DueBasis::NoLimit => "no limit and no due time: no card",
        _ => "domain §4 points 2, 3, 6",
    };
    format!(
        "clock {:<9} {} {limit}: from {}, yellow {}, due {}, red {} ({rule})",
        clock.kind,
        clock.basis,
        at(clock.started_at),
        at(clock.yellow_at),
        at(clock.due_at),
        at(clock.red_at)
    )
}

fn stop_line(stop: &Suspension, zone: &TimeZone) -> String {
    let at = |instant: Option<Timestamp>| instant.map_or("-".into(), |instant| local(instant, zone));
    let deducted = match stop.deducted {
        Some(span) => format!("deducted {} to {}", local(span.from, zone), local(span.until, zone)),
        None => "nothing deducted".to_owned(),
    };
    let kind = stop.kind.map_or("of no kind", |kind| kind.as_str());
    format!(
        "  stop {} {kind}: {} to {}, approved until {}, {deducted} (points 4, 5)",
        stop.id,
        local(stop.started_at, zone),
        at(stop.ended_at),
        at(stop.cap_at)
    )
}

fn step_line(step: &StepClock, zone: &TimeZone) -> String {
    let at = |instant: Option<Timestamp>| instant.map_or("-".into(), |instant| local(instant, zone));
    let limit = step.limit.map_or("-".into(), |limit| format!("{} {}", limit.n, limit.unit));
    let by = if step.ended_at.is_none() { " by the last record" } else { "" };
    format!(
        "  step {} {}: limit {limit}, {} to {}, due {}, {} days used{by} (point 9)",
        step.key(),
        step.step_name.as_deref().unwrap_or_default(),
        at(step.started_at),
        at(step.ended_at),
        at(step.due_at),
        step.used_wd
    )
}

fn card_line(card: &Card, as_of: Timestamp, zone: &TimeZone) -> String {
    let ends = [("superseded", card.superseded_at), ("lapsed", card.lapsed_at), ("cancelled", card.cancelled_at)];
    let ends = ends.iter().filter_map(|(word, at)| at.filter(|at| *at <= as_of).map(|at| (word, at)));
    let ends: String = ends.map(|(word, at)| format!(", {word} {}", local(at, zone))).collect();
    let ahead = if card.issued_at > as_of { " (ahead)" } else { "" };
    let object = card.object_id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
    let cycle = if card.cycle > 1 { format!(" cycle {}", card.cycle) } else { String::new() };
    format!(
        "  card {} {}{object}{cycle}: condition {}, issued {}{ahead}{ends} (domain §3)",
        card.object_type,
        card.level,
        local(card.condition_at, zone),
        local(card.issued_at, zone)
    )
}

/// Local time to the second; the end of a day as 24:00.
pub(super) fn local(instant: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(instant);
    if time.hour() == 23 && time.minute() == 59 && time.second() == 59 && time.subsec_nanosecond() >= 999_999_000 {
        return format!("{} 24:00", time.date());
    }
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
